// What goes over time, over 20,000 steps in float, beside double.
#include <algorithm>
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/float_lane/measure.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

constexpr Index kSteps = 20'000;

// Numbers that float holds.
Array<double> drawn(const Shape& shape, double low, double high, std::uint64_t seed) {
  Array<double> out = Random{seed}.uniform<double>(shape, low, high);
  double* to = out.edit();
  for (Index i = 0; i < out.size(); ++i) to[i] = static_cast<float>(to[i]);
  return out;
}
Array<double> all(const Shape& shape, double value) {
  return Array<double>::full(shape, static_cast<float>(value));
}

// What the op of ops/FILE.hpp promises, it keeps over all steps.
template <class F>
void check(const std::string& name, const std::string& file, F f, const Arrays& inputs) {
  const OpCase call = row(name, file, f, {});
  const auto promised = accuracy_of(call);
  BOOST_REQUIRE(promised.has_value());
  const Measured found = measure(call, inputs, *promised);
  BOOST_TEST(found.compared >= kSteps);
  BOOST_TEST(found.value.units <= promised->value.ulps,
             name << ": " << found.value.units << " units: " << found.value.where);
  BOOST_TEST(found.slope.units <= promised->slope.ulps,
             name << ": " << found.slope.units << " units: " << found.slope.where);
  BOOST_TEST(found.by_rule.units <= promised->by_rule(inputs[0].shape()),
             name << ": " << found.by_rule.units << " units: " << found.by_rule.where);
}

// The value, then the gradients by all inputs, by kernel or recorded.
template <class T, class F>
std::vector<Array<T>> evaluate(const F& f, const Arrays& inputs, bool record) {
  Tape<T> tape;
  std::vector<Var<T>> x;
  for (const auto& input : inputs) x.push_back(tape.variable(cast<T>(input)));
  const Var<T> y = sum(f(x));
  std::vector<Array<T>> out{y.value()};
  for (const auto& g : tape.gradients(y, x, {.record = record})) out.push_back(g.value());
  return out;
}

// A probability of paths to a few roundings, what it gives each place to a few of what 1 has; sums
// over all steps likewise of theirs.
template <class F>
void check_path(const std::string& name, const F& f, const Arrays& inputs) {
  constexpr double kEpsilon = std::numeric_limits<float>::epsilon();
  const auto want = evaluate<double>(f, inputs, false);
  for (const bool record : {false, true}) {
    const auto got = evaluate<float>(f, inputs, record);
    for (std::size_t k = 0; k < want.size(); ++k) {
      double worst = 0;
      for (Index i = 0; i < want[k].size(); ++i) {
        const double d = std::abs(got[k][i] - want[k][i]) / std::max(1.0, std::abs(want[k][i]));
        worst = std::isnan(d) ? INFINITY : std::max(worst, d);
      }
      // Recorded, the recursion is in float: it loses up to a rounding a step.
      const double most = record ? kSteps * kEpsilon : 8 * kEpsilon;
      BOOST_TEST(worst <= most, name << (record ? ", recorded" : "") << ", result " << k << ": "
                                     << worst / kEpsilon << " epsilon");
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(float_long)

BOOST_AUTO_TEST_CASE(sums_and_products_over_time) {
  for (const bool reverse : {false, true}) {
    const auto sums = [=](auto x) { return cumsum(x[0], 0, {.reverse = reverse}); };
    check("cumsum", "cumulative", sums, {all({kSteps}, 0.1)});
    check("cumsum", "cumulative", sums, {drawn({kSteps, 2}, -1, 1, 1)});
    const auto recurrence = [=](auto x) { return linear_recurrence(x[0], x[1], 0, reverse); };
    for (const double a : {1.0, 0.9999, -0.9999}) {
      check("linear_recurrence", "linear_recurrence", recurrence,
            {all({kSteps}, a), all({kSteps}, 0.1)});
    }
    check("linear_recurrence", "linear_recurrence", recurrence,
          {drawn({kSteps}, 0.999, 1.001, 2), drawn({kSteps}, -1, 1, 3)});
  }
  const auto products = [](auto x) { return cumprod(x[0], 0); };
  check("cumprod", "cumulative", products, {all({kSteps}, 1.0001)});
  check("cumprod", "cumulative", products, {drawn({kSteps}, 0.999, 1.001, 4)});
  const auto logarithms = [](auto x) { return logcumsumexp(x[0], 0); };
  check("logcumsumexp", "cumulative", logarithms, {all({kSteps}, 0.1)});
  check("logcumsumexp", "cumulative", logarithms, {drawn({kSteps}, -5, 5, 5)});
  check("logcumsumexp", "cumulative", logarithms, {drawn({kSteps}, 999, 1001, 6)});
}

BOOST_AUTO_TEST_CASE(paths_over_time) {
  const Indices length({1}, {kSteps});
  Indices tags(Shape{kSteps, 1});
  for (Index t = 0; t < kSteps; ++t) tags.edit()[t] = static_cast<std::int32_t>(t * t % 3);
  const auto likelihood = [=](auto x) {
    return crf_log_likelihood(x[0], x[1], x[2], x[2], tags, length);
  };
  check_path("crf", likelihood, {all({kSteps, 1, 3}, 0.1), all({3, 3}, 0), all({3}, 0)});
  check_path("crf", likelihood,
             {drawn({kSteps, 1, 3}, -3, 3, 7), drawn({3, 3}, -1, 1, 8), drawn({3}, -1, 1, 9)});
  const auto alignment = [=](auto x) {
    return ctc_loss(log_softmax(x[0]), Indices({1, 4}, {1, 2, 2, 1}), length, Indices({1}, {4}));
  };
  check_path("ctc", alignment, {all({kSteps, 1, 3}, 0)});
  check_path("ctc", alignment, {drawn({kSteps, 1, 3}, -3, 3, 10)});
}

BOOST_AUTO_TEST_CASE(the_best_path_over_time) {
  const auto x = drawn({kSteps, 1, 5}, -3, 3, 11), pairs = drawn({5, 5}, -1, 1, 12);
  const Array<double> ends({5});
  const Indices length({1}, {kSteps});
  const auto want = crf_decode(x, pairs, ends, ends, length);
  const auto f = [](const Array<double>& a) { return cast<float>(a); };
  const auto got = crf_decode(f(x), f(pairs), f(ends), f(ends), length);
  BOOST_TEST(std::equal(got.tags.begin(), got.tags.end(), want.tags.begin()));
  BOOST_TEST(std::abs(got.scores[0] / want.scores[0] - 1) <= 2.4e-7);
  const auto labels = [&](const auto& p) { return ctc_greedy_decode(p, length)[0]; };
  BOOST_TEST(std::abs(labels(f(x)).log_probability / labels(x).log_probability - 1) <= 1e-12);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
