// What comparisons, choices and powers do with infinities, NaN and zeros; and that nothing turns
// into NaN through a branch that is not taken.
#include <cmath>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

bool same(double a, double b) { return std::isnan(a) ? std::isnan(b) : a == b; }

void compare(const Array<double>& got, const std::vector<double>& expected) {
  BOOST_REQUIRE(got.size() == static_cast<Index>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double value = got[static_cast<Index>(i)];
    BOOST_TEST(same(value, expected[i]),
               "element " << i << " is " << value << ", not " << expected[i]);
  }
}

const std::vector<double> kEdges{-kInfinity, -2.5, -2, -1, -0.5,      -0.0, 0.0,
                                 0.5,        1,    2,  3,  kInfinity, kNan};

// All pairs of edges.
std::pair<Array<double>, Array<double>> pairs() {
  const Index n = static_cast<Index>(kEdges.size());
  Array<double> a({n, n}), b({n, n});
  for (Index i = 0; i < n * n; ++i) {
    a.edit()[i] = kEdges[static_cast<std::size_t>(i / n)];
    b.edit()[i] = kEdges[static_cast<std::size_t>(i % n)];
  }
  return {a, b};
}

// f of all pairs of edges is what `expected` says.
template <class F, class E>
void on_pairs(F f, E expected) {
  Tape<double> tape;
  const auto [a, b] = pairs();
  const Array<double> y = f(tape.constant(a), tape.constant(b)).value();
  for (Index i = 0; i < y.size(); ++i) {
    const double e = static_cast<double>(expected(a[i], b[i]));
    BOOST_TEST(same(y[i], e), "of " << a[i] << " and " << b[i] << ": " << y[i] << ", not " << e);
  }
}

// The gradients of the sum of f by its inputs, by kernels and by rules.
template <class F, class Check>
void gradients(F f, const std::vector<Array<double>>& inputs, Check check) {
  for (const bool rules_only : {false, true}) {
    Tape<double> tape;
    std::vector<V> x;
    for (const auto& input : inputs) x.push_back(tape.variable(input));
    check(tape.gradients(sum(f(x)), x, {.rules_only = rules_only}));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(elementwise_choices)

BOOST_AUTO_TEST_CASE(comparisons_are_those_of_ieee) {
  on_pairs([](V a, V b) { return equal(a, b); }, [](double a, double b) { return a == b; });
  on_pairs([](V a, V b) { return not_equal(a, b); }, [](double a, double b) { return a != b; });
  on_pairs([](V a, V b) { return less(a, b); }, [](double a, double b) { return a < b; });
  on_pairs([](V a, V b) { return less_equal(a, b); }, [](double a, double b) { return a <= b; });
  on_pairs([](V a, V b) { return greater(a, b); }, [](double a, double b) { return a > b; });
  on_pairs([](V a, V b) { return greater_equal(a, b); }, [](double a, double b) { return a >= b; });
}

BOOST_AUTO_TEST_CASE(maximum_and_minimum_keep_nan) {
  const auto with = [](auto choose) {
    return [=](double a, double b) {
      return std::isnan(a + b) && (std::isnan(a) || std::isnan(b)) ? std::nan("") : choose(a, b);
    };
  };
  on_pairs([](V a, V b) { return maximum(a, b); },
           with([](double a, double b) { return a > b ? a : b; }));
  on_pairs([](V a, V b) { return minimum(a, b); },
           with([](double a, double b) { return a < b ? a : b; }));
}

BOOST_AUTO_TEST_CASE(powers_are_those_of_ieee) {
  on_pairs([](V a, V b) { return pow(a, b); }, [](double a, double b) { return std::pow(a, b); });
  for (const double s : kEdges) {
    Tape<double> tape;
    const V x = tape.constant(Array<double>(Shape{13}, kEdges));
    std::vector<double> expected;
    for (const double v : kEdges) expected.push_back(std::pow(v, s));
    compare(pow(x, s).value(), expected);
  }
}

BOOST_AUTO_TEST_CASE(derivatives_of_powers_at_zero_and_below) {
  const Array<double> a = vector({0, 0, 0, 0, 0, -2, -2, -2, 1, 1});
  const Array<double> b = vector({2, 1, 0.5, 0, -1, 2, 3, 0.5, 0, 7});
  gradients([](const std::vector<V>& x) { return pow(x[0], x[1]); }, {a, b},
            [](const std::vector<V>& d) {
              compare(d[0].value(), {0, 1, kInfinity, 0, -kInfinity, -4, 12, kNan, 0, 7});
              compare(d[1].value(), {0, 0, 0, 0, -kInfinity, kNan, kNan, kNan, 0, 0});
            });
}

// ∂²/∂a∂b aᵇ at b = 0 is 1/a.
BOOST_AUTO_TEST_CASE(second_derivative_of_a_power_of_zero) {
  Tape<double> tape;
  const V a = tape.variable(vector({0.5, 4})), b = tape.variable(vector({0, 0}));
  const auto by_a = grad(sum(pow(a, b)), {a})[0];
  compare(tape.gradients(sum(by_a), std::vector<V>{b})[0].value(), {2, 0.25});
}

BOOST_AUTO_TEST_CASE(where_passes_only_what_it_chose) {
  const Array<double> c = vector({1, 0, kNan, -0.0, -3});
  Tape<double> tape;
  compare(where(tape.constant(c), tape.constant(vector({1, 2, 3, 4, 5})), -1).value(),
          {1, -1, 3, -1, 5});
  gradients(
      [&](const std::vector<V>& x) {
        // The upstream gradient is infinite where the branch is not taken.
        const V y = where(x[0].tape().constant(c), x[0], x[1]);
        return y * y.tape().constant(vector({1, kInfinity, 2, kNan, 3}));
      },
      {vector({1, 1, 1, 1, 1}), vector({2, 2, 2, 2, 2})},
      [](const std::vector<V>& d) {
        compare(d[0].value(), {1, 0, 2, 0, 3});
        compare(d[1].value(), {0, kInfinity, 0, kNan, 0});
      });
}

// What is flat passes nothing, even of an infinite gradient.
BOOST_AUTO_TEST_CASE(flat_parts_pass_nothing) {
  const auto check = [](auto f) {
    gradients([&](const std::vector<V>& x) { return f(x[0]) * kInfinity; }, {vector({-9, 9})},
              [&](const std::vector<V>& d) { BOOST_TEST(d[0].value()[0] == 0); });
  };
  check([](V x) { return relu(x); });
  check([](V x) { return clamp(x, -1, 1); });
  check([](V x) { return hard_tanh(x); });
  check([](V x) { return nan_to_num(x - kInfinity); });
}

// A large x, whose exponential overflows in the branch that is not taken.
BOOST_AUTO_TEST_CASE(no_nan_from_the_other_branch) {
  const auto check = [](const char* name, auto f) {
    Tape<double> tape;
    const V x = tape.variable(vector({-1e4, -800, 800, 1e4}));
    const auto d = grad(sum(f(x)), {x})[0];
    const auto dd = tape.gradients(sum(d), std::vector<V>{x})[0];
    for (const Array<double>& values : {f(x).value(), d.value(), dd.value()}) {
      for (const double v : values) BOOST_TEST(std::isfinite(v), name << ": " << v);
    }
  };
  check("elu", [](V x) { return elu(x); });
  check("selu", [](V x) { return selu(x); });
  check("gelu", [](V x) { return gelu(x); });
  check("gelu_tanh", [](V x) { return gelu_tanh(x); });
  check("silu", [](V x) { return silu(x); });
  check("mish", [](V x) { return mish(x); });
  check("softplus", [](V x) { return softplus(x); });
  check("softsign", [](V x) { return softsign(x); });
}

BOOST_AUTO_TEST_CASE(lerp_is_exact_at_both_ends) {
  Tape<double> tape;
  const V a = tape.constant(vector({0.1, 1e20, -3})), b = tape.constant(vector({0.3, 1, 0.7}));
  compare(lerp(a, b, 0).value(), {0.1, 1e20, -3});
  compare(lerp(a, b, 1).value(), {0.3, 1, 0.7});
}

BOOST_AUTO_TEST_CASE(what_has_probability_zero_costs_nothing) {
  Tape<double> tape;
  const V x = tape.constant(vector({-kInfinity, std::log(0.5), std::log(0.5)}));
  const V t = tape.variable(vector({0, 0.5, 0.5}));
  BOOST_TEST(kl_div(x, t, {.reduction = Reduction::sum}).item() == 0);
  const V log_t = tape.variable(vector({-kInfinity, std::log(0.5), std::log(0.5)}));
  const V y = kl_div(x, log_t, {.reduction = Reduction::sum, .log_target = true});
  BOOST_TEST(y.item() == 0);
  const V finite = tape.constant(vector({-5, std::log(0.5), std::log(0.5)}));
  const V z = kl_div(finite, log_t, {.reduction = Reduction::sum, .log_target = true});
  compare(tape.gradients(z, std::vector<V>{log_t})[0].value(), {0, 0.5, 0.5});
}

BOOST_AUTO_TEST_CASE(a_vector_of_zeros_has_no_direction) {
  gradients([](const std::vector<V>& x) { return cosine_similarity(x[0], x[1]); },
            {vector({0, 0, 0}), vector({3, 0, 4})},
            [](const std::vector<V>& d) {
              compare(d[1].value(), {0, 0, 0});
              for (const double v : d[0].value()) BOOST_TEST(std::isfinite(v));
            });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
