// Pooling against loops that follow its definitions.
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {

BOOST_AUTO_TEST_SUITE(pooling)

// Every choice of the options that fits: the windows are those that begin in x or before it.
BOOST_AUTO_TEST_CASE(windows_follow_their_definition) {
  Random random{11};
  const auto pick = [&](Index low, Index high) {
    return low + static_cast<Index>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  int compared = 0;
  for (int turn = 0; turn < 400; ++turn) {
    const Index n = pick(1, 9), size = pick(1, 4), stride = pick(1, 4), dilation = pick(1, 3);
    const Index span = dilation * (size - 1) + 1, before = pick(0, span / 2),
                after = pick(0, span / 2);
    const bool ceil = pick(0, 1) == 1, counted = pick(0, 1) == 1;
    const Array<double> values = random.normal<double>({1, 1, n});
    std::vector<double> largest, mean;
    std::vector<std::int32_t> where;
    bool sees_all = true;
    for (Index begin = -before; begin < n; begin += stride) {
      if (!ceil && begin + span > n + after) break;
      if (ceil && begin > n + after - span && begin - stride >= n + after - span) break;
      double most = -std::numeric_limits<double>::infinity(), total = 0;
      Index in_x = 0, in_padding = 0, best = 0;
      for (Index i = begin; i < begin + span; i += dilation) {
        in_padding += (i < 0 || i >= n) && i < n + after ? 1 : 0;
        if (i < 0 || i >= n) continue;
        ++in_x;
        total += values[i];
        if (values[i] > most) most = values[i], best = i;
      }
      sees_all = sees_all && in_x > 0;
      largest.push_back(most);
      where.push_back(static_cast<std::int32_t>(best));
      mean.push_back(total / static_cast<double>(counted ? in_x + in_padding : in_x));
    }
    if (largest.empty() || n + before + after < span || !sees_all) continue;
    Tape<double> tape;
    const auto x = tape.variable(values);
    const Pool1dOptions options{.window = size,
                                .stride = stride,
                                .padding = before,
                                .count_padding = counted,
                                .dilation = dilation,
                                .ceil = ceil,
                                .padding_after = after};
    const Shape shape{1, 1, static_cast<Index>(largest.size())};
    const auto [y, at] = max_pool1d_indices(x, options);
    BOOST_TEST(equal(max_pool1d(x, options).value(), Array<double>(shape, largest)));
    BOOST_TEST(equal(y.value(), Array<double>(shape, largest)));
    BOOST_TEST(std::equal(at.begin(), at.end(), where.begin(), where.end()));
    BOOST_TEST(difference(avg_pool1d(x, options).value(), Array<double>(shape, mean)) < 1e-14);
    ++compared;
  }
  BOOST_TEST(compared > 100);
}

// The first of equal values has all of the derivative, and NaN is the largest.
BOOST_AUTO_TEST_CASE(indices_undo_a_pooling) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({1, 1, 2, 4}, {3, 3, 1, 7, 2, 3, std::nan(""), 9}));
  const auto [y, at] = max_pool2d_indices(x, {.window = 2});
  BOOST_TEST(y.value()[0] == 3);
  BOOST_TEST(std::isnan(y.value()[1]));
  const std::vector<std::int32_t> expected{0, 6};
  BOOST_TEST(at.values() == expected, boost::test_tools::per_element());
  const auto dx = tape.gradients(sum(y), std::vector{x})[0].value();
  BOOST_TEST(equal(dx, Array<double>({1, 1, 2, 4}, {1, 0, 0, 0, 0, 0, 1, 0})));
  const auto back = put(tape.constant(vector({5, 6})), at.reshaped({2}), Shape{1, 1, 2, 4});
  BOOST_TEST(equal(back.value(), Array<double>({1, 1, 2, 4}, {5, 0, 0, 0, 0, 0, 6, 0})));
}

// <conv_transpose(x, w), y> is <x, conv(y, w)>: one is the adjoint of the other.
BOOST_AUTO_TEST_CASE(transposed_convolutions_are_adjoint) {
  Random random{7};
  Tape<double> tape;
  const auto x = tape.constant(random.normal<double>({2, 4, 5}));
  const auto w = tape.constant(random.normal<double>({4, 3, 3}));
  const ConvTranspose1dOptions options{
      .stride = 2, .padding = 1, .output_padding = 1, .dilation = 2, .groups = 2};
  const auto up = conv_transpose1d(x, w, options);
  const auto y = tape.constant(random.normal<double>(up.shape()));
  const auto down = conv1d(y, w, {.stride = 2, .padding = 1, .dilation = 2, .groups = 2});
  BOOST_TEST(down.shape() == x.shape());
  BOOST_TEST(sum(up * y).item() == sum(down * x).item(), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
