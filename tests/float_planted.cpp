// The float lane finds what it is for: ops with the faults that it must notice, planted here.
#include <algorithm>
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "engram/core/record.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/float_lane/inputs.hpp"
#include "engram/tests/float_lane/measure.hpp"

namespace engram::testing {
namespace {

// A sum one after another, in the precision of the terms.
struct NaiveSum {
  static constexpr auto name = "naive_sum";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;

  Shape shape(const Shape&) const { return {}; }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    T total = 0;
    for (const T v : x) total += v;
    *y.edit() = total;
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += broadcast_to(dy, x.shape());
  }
};

// A sum over time, in the precision of the terms.
struct NaiveScan {
  static constexpr auto name = "naive_scan";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;

  Shape shape(const Shape& x) const { return x; }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    T total = 0;
    for (Index t = 0; t < x.size(); ++t) y.edit()[t] = total += x[t];
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += cumsum(dy, 0, {.reverse = true});
  }
};

// The worst that the lane sees of a row with the promise of another op: how often it is exceeded.
double exceeded(const OpCase& planted, const OpCase& honest, const std::string& pattern_name,
                const std::vector<Shape>& shapes) {
  const Accuracy promised = *accuracy_of(honest);
  const Arrays inputs = pattern(pattern_name).fill(planted, shapes);
  const auto of = [&](const OpCase& row) {
    const Measured found = measure(row, inputs, promised);
    const double by_rule = found.by_rule.units / promised.by_rule(shapes[0]);
    return std::max({found.value.units / promised.value.ulps,
                     found.slope.units / promised.slope.ulps, by_rule});
  };
  BOOST_TEST(of(honest) <= 1, honest.name << ": " << of(honest));
  return of(planted);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(float_planted)

BOOST_AUTO_TEST_CASE(a_naive_sum) {
  const auto planted =
      row("sum", "reduce", [](auto x) { return record(NaiveSum{}, Site::current(), x[0]); }, {});
  const auto honest = row("sum", "reduce", [](auto x) { return sum(x[0]); }, {});
  for (const char* pattern : {"equal", "alternating", "around 1e7"}) {
    BOOST_TEST(exceeded(planted, honest, pattern, {{100'000}}) > 10, pattern);
  }
}

BOOST_AUTO_TEST_CASE(probabilities_from_a_logarithm) {
  const auto planted =
      row("softmax", "softmax", [](auto x) { return exp(x[0] - logsumexp(x[0], {-1}, true)); }, {});
  const auto honest = row("softmax", "softmax", [](auto x) { return softmax(x[0]); }, {});
  for (const char* pattern : {"around 100", "around 1e7", "all 1e4"}) {
    BOOST_TEST(exceeded(planted, honest, pattern, {{3, 50}}) > 2, pattern);
  }
}

BOOST_AUTO_TEST_CASE(a_recursion_in_float) {
  const auto planted = row("cumsum", "cumulative",
                           [](auto x) { return record(NaiveScan{}, Site::current(), x[0]); }, {});
  const auto honest = row("cumsum", "cumulative", [](auto x) { return cumsum(x[0], 0); }, {});
  for (const char* pattern : {"equal", "around 100"}) {
    BOOST_TEST(exceeded(planted, honest, pattern, {{20'000}}) > 10, pattern);
  }
}

// A promise that is not understood, or is missing, is an error.
BOOST_AUTO_TEST_CASE(promises_are_read) {
  BOOST_CHECK_THROW(parsed_accuracy("about 2 ulp"), Error);
  BOOST_CHECK_THROW(parsed_accuracy("2 ulp of y"), Error);
  const Accuracy both = parsed_accuracy("2 ulp of x - max x and 1; derivatives 4 ulp of dy");
  BOOST_TEST((both.value.of == Of::differences_and_one && both.value.ulps == 2));
  BOOST_TEST((both.slope.of == Of::upstream && both.slope.ulps == 4));
  const Accuracy rule = parsed_accuracy("4 ulp; derivatives 8 ulp of dy, by the rule 2 ulp a step");
  BOOST_TEST((rule.slope.of == Of::upstream && rule.slope.ulps == 8 && rule.per_step == 2));
  BOOST_TEST(rule.by_rule({30, 2}) == 68);
  const Accuracy exact = parsed_accuracy("exact");
  BOOST_TEST((exact.value.of == Of::nothing && exact.slope.of == Of::nothing));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
