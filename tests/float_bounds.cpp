// Bounds that hold of float results whatever the numbers, and sums that do not see the order of
// their terms.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

// The sum over the last axis of a [.., n] array, row by row.
std::vector<double> row_sums(const Array<float>& x) {
  const Index n = x.extent(-1);
  std::vector<double> out;
  for (Index i = 0; i < x.size(); i += n) {
    out.push_back(std::accumulate(x.data() + i, x.data() + i + n, 0.0));
  }
  return out;
}

bool within(const Array<float>& x, float low, float high) {
  return std::all_of(x.begin(), x.end(), [=](float v) { return low <= v && v <= high; });
}

const std::vector<float> kScales{0, 1e-30f, 1e-3f, 1, 10, 100, 1e4f, 1e8f, 1e20f, 3e38f};
const auto kSizes = boost::unit_test::data::make({1, 2, 3, 17, 1000, 100'000});

}  // namespace

BOOST_AUTO_TEST_SUITE(float_bounds)

BOOST_DATA_TEST_CASE(ranges, kSizes, n) {
  for (const float scale : kScales) {
    Tape<float> tape;
    const Var<float> x = tape.constant(
        scale == 0 ? Array<float>({std::max<Index>(1000 / n, 1), n})
                   : Random{8}.uniform<float>({std::max<Index>(1000 / n, 1), n}, -scale, scale));
    const Array<float> p = softmax(x).value();
    BOOST_TEST(within(p, 0, 1), scale);
    for (const double sum : row_sums(p)) BOOST_TEST(std::abs(sum - 1) <= 2 * kEpsilon, scale);
    BOOST_TEST(within(log_softmax(x).value(), -INFINITY, 0), scale);
    BOOST_TEST(within(sigmoid(x).value(), 0, 1), scale);
    BOOST_TEST(within(tanh(x).value(), -1, 1), scale);
    BOOST_TEST(within(erf(x).value(), -1, 1), scale);
    BOOST_TEST(within(softsign(x).value(), -1, 1), scale);
    if (scale >= 1e-3f && scale <= 1e20f) {  // not below eps, nor where a norm is beyond float
      BOOST_TEST(within(cosine_similarity(x, x).value(), 0.9999f, 1), scale);
      BOOST_TEST(within(cosine_similarity(x, -x).value(), -1, -0.9999f), scale);
      BOOST_TEST(
          within(cosine_loss(x, x, tape.constant(Array<float>::scalar(1))).value(), 0, 1e-6f));
    }
    if (scale < 3e38f) {  // differences are in float's range
      BOOST_TEST(within(variance(x, {-1}, false, 0).value(), 0, INFINITY), scale);
    }
    const Var<float> loss = cross_entropy(x, Indices(x.shape().without(1)));
    BOOST_TEST(loss.item() >= 0, scale);
  }
}

// In another order, the same numbers.
BOOST_AUTO_TEST_CASE(permutation) {
  for (const Index n : {5, 1000, 100'000}) {
    Tape<float> tape;
    const Var<float> x = tape.constant(Random{8}.uniform<float>({n}, -3, 3));
    const Var<float> sorted = sort(x).values, reversed = flip(sorted);
    const auto same = [&](auto f, double most) {
      const double a = f(x), b = f(sorted), c = f(reversed);
      BOOST_TEST(std::abs(a - b) <= most, n << ": " << a << ' ' << b);
      BOOST_TEST(std::abs(a - c) <= most, n << ": " << a << ' ' << c);
    };
    const double size = norm(x, {}, false, 1).item();
    same([](auto v) { return sum(v).item(); }, 1e-9 * size + kEpsilon * std::abs(sum(x).item()));
    same([](auto v) { return norm(v).item(); }, kEpsilon * norm(x).item());
    same([](auto v) { return logsumexp(v).item(); }, 2 * kEpsilon * logsumexp(x).item());
    same([](auto v) { return variance(v).item(); }, 2 * kEpsilon * variance(x).item());
    same([](auto v) { return sum(softmax(v)).item(); }, kEpsilon);
    same([](auto v) { return max(softmax(v)).item(); }, 2 * kEpsilon * max(softmax(x)).item());
  }
}

// What sequences drawn from the model do at each step, they do with probability 1.
BOOST_DATA_TEST_CASE(posteriors_add_up_at_every_step,
                     boost::unit_test::data::make({1.f, 30.f, 1000.f}), scale) {
  constexpr Index steps = 1500, tags = 3;
  Random random{2};
  Tape<float> tape;
  const auto draw = [&](const Shape& shape) {
    return tape.variable(scale == 0 ? Array<float>(shape)
                                    : random.uniform<float>(shape, -scale, scale));
  };
  const Var<float> x = draw({steps, 1, tags}), pairs = draw({tags, tags}), ends = draw({tags});
  const Indices length({1}, {steps});
  Indices path(Shape{steps, 1});
  for (Index t = 0; t < steps; ++t) path.edit()[t] = static_cast<std::int32_t>(t * t % tags);
  const Var<float> crf = crf_log_likelihood(x, pairs, ends, ends, path, length);
  const Var<float> ctc =
      ctc_loss(log_softmax(x), Indices({1, 3}, {1, 2, 1}), length, Indices({1}, {3}));
  const Var<float> one = tape.constant(Array<float>({1}, {1}));
  for (const BackwardOptions<float>& how : {BackwardOptions<float>{.seed = one},
                                            BackwardOptions<float>{.seed = one, .rules_only = true},
                                            BackwardOptions<float>{.seed = one, .record = true}}) {
    // The tag that is there less the posteriors: 0 in all. Log-probabilities: the same.
    for (const Var<float>& y : {crf, ctc}) {
      const auto sums = row_sums(tape.gradients(y, std::vector{x}, how)[0].value());
      double worst = 0;
      for (const double s : sums) worst = std::isnan(s) ? INFINITY : std::max(worst, std::abs(s));
      // A rule is made of operations in float, a step after a step.
      const double most = how.record || how.rules_only ? 8.0 + static_cast<double>(steps) : 8;
      BOOST_TEST(worst <= most * kEpsilon, (y.id() == crf.id() ? "crf" : "ctc"));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
