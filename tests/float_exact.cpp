// Float beside what is known to be right, closer than a promise in units of moved inputs can ask
// for (tests/float_lane.cpp): sums rounded once, steps that lose nothing, slopes next to 0.
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/core/operation/accumulate.hpp"
#include "engram/core/product/gemm.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using A = Array<float>;
using V = Var<float>;

constexpr Index kSteps = 20'000;
constexpr float kLarge = 0x1p24f;  // beside it a float loses 1
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

// The largest error of `got` as a part of what is wanted, in units of epsilon.
double worst(const A& got, const auto& wanted) {
  double out = 0;
  for (Index i = 0; i < got.size(); ++i) {
    const double want = wanted(i);
    out = std::max(out, std::abs(got[i] / want - 1) / kEpsilon);
  }
  return out;
}

// The gradients by x by kernel and by the rule.
std::vector<A> gradients(const V& y, const V& x) {
  std::vector<A> out;
  for (const bool rules_only : {false, true}) {
    const V seed = y.tape().constant(A::full(y.shape(), 1));
    const auto d = y.tape().gradients(y, std::vector{x}, {.seed = seed, .rules_only = rules_only});
    out.push_back(d[0].value());
  }
  return out;
}

// Of f by x [kSteps, 1, 3], recorded in float: how far from that in double.
double error_of_recorded(const auto& f) {
  const auto gradient = [&]<class T>(T, bool record) {
    Tape<T> tape;
    const Var<T> x = tape.variable(cast<T>(Random{1}.uniform<double>({kSteps, 1, 3}, -3, 3)));
    const Var<T> one = tape.constant(Array<T>::full({1}, 1));
    return tape.gradients(f(x), std::vector{x}, {.seed = one, .record = record})[0].value();
  };
  const Array<double> want = gradient(0.0, false);
  const A got = gradient(0.f, true);
  double error = 0;
  for (Index i = 0; i < want.size(); ++i) error = std::max(error, std::abs(got[i] - want[i]));
  return error / kEpsilon;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(float_exact)

BOOST_AUTO_TEST_CASE(a_sum_that_is_added_to_another) {
  Tape<float> tape;
  const V less = tape.constant(A({1}, {-kLarge}));
  const V more = tape.constant(A({2}, {kLarge, 1}));
  BOOST_TEST(accumulate<float>(std::vector{less, more}, {1}).value()[0] == 1);
}

BOOST_AUTO_TEST_CASE(rows_of_one_number) {
  const Indices same({2000});
  const A ones = A::full({2000, 2}, 0.1f);
  for (const bool leaf : {false, true}) {
    Tape<float> tape;
    const V table = tape.variable(A({3, 2}));
    const V y = gather_rows(leaf ? table : table * 2, same);
    const A dx = tape.gradients(y, std::vector{table}, {.seed = tape.constant(ones)})[0].value();
    const double exact = (leaf ? 2000 : 4000) * static_cast<double>(0.1f);
    BOOST_TEST(dx[0] == static_cast<float>(exact), dx[0]);
  }
}

BOOST_AUTO_TEST_CASE(an_infinite_gradient_of_a_bias) {
  constexpr Index kRows = 5000;
  A seed = A::full({kRows, 2}, 1);
  seed.edit()[20] = kInfinity;
  Tape<float> tape;
  const V b = tape.variable(A({2}));
  const V y = broadcast_to(b, seed.shape());
  const A db = tape.gradients(y, std::vector{b}, {.seed = tape.constant(seed)})[0].value();
  BOOST_TEST(db[0] == kInfinity);
  BOOST_TEST(db[1] == kRows);
}

BOOST_AUTO_TEST_CASE(statistics_of_a_large_batch) {
  Tape<float> tape;
  const V x = tape.constant(A::full({1'000'000, 1}, 0.1f));
  const auto of = batch_statistics(x);
  BOOST_TEST(of.mean[0] == 0.1f);
  BOOST_TEST(of.variance[0] < 1e-12f, of.variance[0]);
}

BOOST_AUTO_TEST_CASE(powers) {
  Tape<float> tape;
  const auto y = cumprod(tape.constant(A::full({kSteps}, 1.0001f)), 0).value();
  const double error =
      worst(y, [](Index t) { return std::pow(static_cast<double>(1.0001f), t + 1); });
  BOOST_TEST(error <= 1);
}

// ln Σ exp 0 over s numbers is ln s, and its derivatives add up to 1 / s + ... + 1 / kSteps.
BOOST_AUTO_TEST_CASE(harmonic_numbers) {
  Tape<float> tape;
  const V x = tape.variable(A(Shape{kSteps}));
  const A one = Array<float>::full({kSteps}, 1);
  const auto dx = tape.gradients(logcumsumexp(x, 0), std::vector{x}, {.seed = tape.constant(one)});
  Array<double> wanted({kSteps});
  double sum = 0;
  for (Index t = kSteps; t-- > 0;) wanted.edit()[t] = sum += 1 / static_cast<double>(t + 1);
  BOOST_TEST(worst(dx[0].value(), [&](Index t) { return wanted[t]; }) <= 2);
}

BOOST_AUTO_TEST_CASE(recorded_posteriors) {
  const Indices length({1}, {kSteps});
  const auto likelihood = [&]<class T>(const Var<T>& x) {
    const Var<T> none = x.tape().constant(Array<T>({3}));
    return crf_log_likelihood(x, x.tape().constant(Array<T>({3, 3})), none, none,
                              Indices(Shape{kSteps, 1}), length);
  };
  const auto alignment = [&](const auto& x) {
    return ctc_loss(log_softmax(x), Indices({1, 4}, {1, 2, 2, 1}), length, Indices({1}, {4}));
  };
  const double few = 4 * std::sqrt(kSteps);  // a rounding each step, this way or that
  BOOST_TEST(error_of_recorded(likelihood) <= few);
  BOOST_TEST(error_of_recorded(alignment) <= few);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_nearly_sure_has_a_slope) {
  Tape<float> tape;
  const V x = tape.variable(A({1, 2}, {20, 0})), y = cross_entropy(x, Indices({1}, {0}));
  const A dx = tape.gradients(y, std::vector{x})[0].value();
  const double slope = -1 / (1 + std::exp(20.0));  // 1 - p would be 0
  BOOST_TEST(std::abs(dx[0] / slope - 1) <= 4 * kEpsilon, dx[0]);
  const V one = tape.variable(A::scalar(20));
  const V loss = binary_cross_entropy_with_logits(one, tape.constant(A::scalar(1)));
  for (const A& d : gradients(loss, one)) {
    BOOST_TEST(std::abs(d[0] / slope - 1) <= 4 * kEpsilon, d[0]);
  }
}

// A product over as many rows as a user has, each matrix stored either way, and next to what was
// there before: no more is lost than float loses of the thousand terms of a part, all of them
// equal (20 units where vectors have 4 numbers, fewer where they have more).
BOOST_AUTO_TEST_CASE(products_of_many_terms) {
  constexpr Index kTerms = 1 << 20;
  const double sum = static_cast<double>(.1F) * kTerms;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const A a = A::full(ta ? Shape{kTerms, 2} : Shape{2, kTerms}, .1F);
      const A b = A::full(tb ? Shape{3, kTerms} : Shape{kTerms, 3}, 1);
      Tape<float> tape;
      const V x = tape.variable(a), w = tape.variable(b);
      const A y = matmul(x, w, {ta, tb}).value();
      BOOST_TEST(worst(y, [&](Index) { return sum; }) <= 24);
      A c = A::full({2, 3}, -100'000);
      gemm(ta ? Transpose::yes : Transpose::no, tb ? Transpose::yes : Transpose::no, 2, 3, kTerms,
           a.data(), b.data(), 1.0F, c.edit());
      BOOST_TEST(worst(c, [&](Index) { return sum - 100'000; }) <= 24 * sum / (sum - 100'000));
    }
  }
}

// A third in float is no third: what is left of 1 has as many digits as any number.
BOOST_AUTO_TEST_CASE(determinants_that_nearly_vanish) {
  constexpr float kThird = 1.0F / 3;
  Tape<float> tape;
  const V x = tape.variable(A({3, 3}, {3, 1, 0, 1, kThird, 0, 0, 0, 2}));
  const double minor = 3.0 * static_cast<double>(kThird) - 1;
  BOOST_TEST(worst(A({1}, {det(x).item()}), [&](Index) { return 2 * minor; }) <= 1);
  for (const A& dx : gradients(det(x), x)) {
    BOOST_TEST(worst(A({1}, {dx[8]}), [&](Index) { return minor; }) <= 1);
  }
}

// The logarithm of so many classes is rounded by four units: an exponential that is taken of it is
// off by as many.
BOOST_AUTO_TEST_CASE(log_softmax_of_many_classes) {
  constexpr Index kClasses = 99'789;
  Tape<float> tape;
  const V x = tape.variable(A({kClasses}));
  for (const A& dx : gradients(slice(log_softmax(x), 0, 0, 1), x)) {
    BOOST_TEST(worst(dx, [](Index i) { return (i == 0) - 1.0 / kClasses; }) <= 2);
  }
}

// Hilbert's matrix of order 5 has a condition of 5e5: what elimination in float leaves of its
// solution has one digit.
BOOST_AUTO_TEST_CASE(systems_of_large_condition) {
  constexpr Index n = 5;
  const auto hilbert = [&]<class T>(T) {
    Array<T> out({n, n});
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < n; ++j) {
        out.edit()[i * n + j] = static_cast<T>(1.0F / static_cast<float>(i + j + 1));
      }
    }
    return out;
  };
  const auto held = [&](const auto& f) {
    Tape<double> exact;
    const Array<double> want = f(exact.constant(hilbert(0.0))).value();
    Tape<float> tape;
    const A got = f(tape.constant(hilbert(0.F))).value();
    // Rounded once, to half a unit.
    BOOST_TEST(worst(got, [&](Index i) { return want[i]; }) < 0.5001);
  };
  held([](const auto& a) { return inverse(a); });
  held([](const auto& a) { return solve(a, slice(tril(a), 1, 0, 2)); });
  held([](const auto& a) { return log_abs_det(a); });
  held([](const auto& a) { return slice(cholesky(a), 0, n - 1, n); });
  held([](const auto& a) { return solve_triangular(tril(a), slice(a, 1, 1, n)); });
}

// Factors that come again are rounded alike: what each loses adds up.
BOOST_AUTO_TEST_CASE(products_of_many_factors) {
  constexpr Index n = 666;
  A a({n, 2});
  double whole = 1;
  for (Index i = 0; i < n; ++i) {
    const float factor = i % 2 == 0 ? 1.4F : .6F;
    a.edit()[2 * i] = a.edit()[2 * i + 1] = factor;
    whole *= static_cast<double>(factor);
  }
  Tape<float> tape;
  const V x = tape.variable(a), y = prod(x, {0});
  BOOST_TEST(worst(y.value(), [&](Index) { return whole; }) <= 1);
  for (const A& dx : gradients(y, x)) {
    BOOST_TEST(worst(dx, [&](Index i) { return whole / static_cast<double>(a[i]); }) <= 2);
  }
}

BOOST_AUTO_TEST_CASE(the_deviation_is_that_beside_a_large_mean) {
  Tape<float> tape;
  const V x = tape.variable(A({4}, {1e7f, 1e7f + 1, 1e7f + 2, 1e7f + 3}));
  const V y = standardize(x) * tape.constant(A({4}, {1, 0, 0, 0}));
  const double s = std::sqrt(1.25);  // from the mean -1.5, -0.5, 0.5, 1.5
  for (const A& dx : gradients(y, x)) {
    BOOST_TEST(std::abs(dx[0] - (1 - 0.25 - 1.5 * 1.5 / 1.25 / 4) / s) < 1e-5, dx[0]);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
