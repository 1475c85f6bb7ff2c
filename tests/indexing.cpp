// Indexing against plain loops, and what becomes of the values that are left out.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

using A = Array<double>;
using V = Var<double>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// 0, 1, 2, ...
A counting(const Shape& shape) {
  A out(shape);
  std::iota(out.edit(), out.edit() + out.size(), 0.0);
  return out;
}

template <class T>
bool holds(const Array<T>& a, std::span<const T> values) {
  return std::equal(a.begin(), a.end(), values.begin(), values.end());
}
template <class T>
bool holds(const Array<T>& a, std::initializer_list<std::type_identity_t<T>> values) {
  return holds(a, std::span<const T>(values.begin(), values.size()));
}

Indices random_indices(Random& random, const Shape& shape, Index extent) {
  Indices out(shape);
  const A drawn = random.uniform<double>(shape, 0, static_cast<double>(extent));
  std::copy(drawn.begin(), drawn.end(), out.edit());
  return out;
}

double dot(const A& a, const A& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(indexing)

// Python says: from begin on, step by step, while not at or beyond end; bounds beyond the axis are
// its ends.
BOOST_AUTO_TEST_CASE(ranges_are_numpys) {
  Tape<double> tape;
  std::vector<std::optional<Index>> bounds{std::nullopt, std::numeric_limits<Index>::min(),
                                           std::numeric_limits<Index>::max()};
  for (Index k = -6; k <= 6; ++k) bounds.push_back(k);
  int compared = 0;
  for (Index n = 0; n <= 4; ++n) {
    const V x = tape.variable(counting({n}));
    for (const auto& begin : bounds) {
      for (const auto& end : bounds) {
        for (const Index step : {-5, -2, -1, 1, 2, 3, 5}) {
          std::vector<double> expected;
          // Whatever is named is an entry: try all, in the order of the step.
          const auto place = [&](const std::optional<Index>& at, Index otherwise) {
            return !at ? otherwise : *at < 0 ? *at + n : *at;
          };
          Index i = place(begin, step > 0 ? 0 : n - 1);
          i = step > 0 ? std::max<Index>(i, 0) : std::min<Index>(i, n - 1);
          const Index stop = place(end, step > 0 ? n : -n - 1);
          for (; i >= 0 && i < n && (step > 0 ? i < stop : i > stop); i += step) {
            expected.push_back(static_cast<double>(i));
          }
          const A got = slice(x, 0, {begin, end, step}).value();
          BOOST_TEST(holds(got, std::span<const double>(expected)), "of " << n << " step " << step);
          ++compared;
        }
      }
    }
  }
  BOOST_TEST(compared == 5 * 16 * 16 * 7);
  const V x = tape.variable(counting({3, 4}));
  const A y = slice(x, {{.step = -2}, {1, 3}}).value();
  BOOST_TEST(y.shape() == Shape({2, 2}));
  BOOST_TEST(holds(y, {9, 10, 1, 2}));
  BOOST_TEST(
      holds(slice(x, 0, {.step = std::numeric_limits<Index>::min()}).value(), {8, 9, 10, 11}));
  BOOST_TEST(slice(x, {{}, {0, 99}}).id() == x.id());  // nothing to do
}

BOOST_AUTO_TEST_CASE(gathering_and_scattering_along_any_axis) {
  Tape<double> tape;
  Random random{1};
  const Shape shape{3, 4, 5};
  const A x = counting(shape);
  for (const int axis : {0, 1, 2}) {
    const Shape part = Shape({2, 3, 4}).with(axis, 6);
    const Indices index = random_indices(random, part, shape[axis]);
    const A y = gather(tape.variable(x), axis, index).value();
    const A source = random.uniform<double>(part, -1, 1);
    const A z = scatter_add(tape.variable(x), axis, index, tape.variable(source)).value();
    A expected = x;
    for (Index i = 0; i < part[0]; ++i) {
      for (Index j = 0; j < part[1]; ++j) {
        for (Index k = 0; k < part[2]; ++k) {
          const Index at = (i * part[1] + j) * part[2] + k;
          std::array<Index, 3> place{i, j, k};
          place[static_cast<std::size_t>(axis)] = index[at];
          const Index number = (place[0] * 4 + place[1]) * 5 + place[2];
          BOOST_TEST(y[at] == x[number]);
          expected.edit()[number] += source[at];
        }
      }
    }
    for (Index i = 0; i < x.size(); ++i) BOOST_TEST(std::abs(z[i] - expected[i]) < 1e-13);
  }
}

// <select(x), y> = <x, add(y)>, along each axis, with numbers missing and repeated.
BOOST_AUTO_TEST_CASE(selecting_and_adding_are_adjoint) {
  Tape<double> tape;
  Random random{2};
  const Shape shape{4, 3, 5};
  for (const int axis : {0, 1, 2, -1, -3}) {
    Indices index = random_indices(random, {2, 4}, shape.extent(axis));
    index.edit()[5] = kNothing;
    const A x = random.uniform<double>(shape, -1, 1);
    const V selected = index_select(tape.variable(x), axis, index);
    const A y = random.uniform<double>(selected.shape(), -1, 1);
    const V added = index_add(tape.variable(y), axis, index, shape.extent(axis));
    BOOST_TEST(added.shape() == shape);
    BOOST_TEST(std::abs(dot(selected.value(), y) - dot(x, added.value())) < 1e-13);
  }
  const V x = tape.variable(counting({2, 2}));
  BOOST_TEST(holds(index_select(x, 1, Indices({2}, {kNothing, 1}), 7).value(), {7, 1, 7, 3}));
}

BOOST_AUTO_TEST_CASE(what_is_masked_has_no_influence) {
  Tape<double> tape;
  const V x = tape.variable(A({4}, {kNan, 1, INFINITY, 2}));
  const V mask = tape.constant(A({4}, {1, 0, kNan, 0}));  // NaN is not 0
  const V y = masked_fill(x, mask, -1);
  BOOST_TEST(holds(y.value(), {-1, 1, -1, 2}));
  for (const bool rules_only : {false, true}) {
    const V dy = tape.constant(A({4}, {kNan, 1, kNan, 1}));
    const V dx = tape.gradients(y, std::vector{x}, {.seed = dy, .rules_only = rules_only})[0];
    BOOST_TEST(holds(dx.value(), {0, 1, 0, 1}));
  }
  BOOST_TEST(holds(masked_select(tape.variable(counting({4})), mask).value(), {0, 2}));
  BOOST_TEST(masked_select(x, tape.constant(A({4}))).shape() == Shape({0}));

  const V matrix = tape.variable(A({2, 2}, {1, kNan, INFINITY, 2}));
  BOOST_TEST(holds(tril(matrix, -1).value(), {0, 0, INFINITY, 0}));
  BOOST_TEST(holds(triu(tril(matrix, 0), 0).value(), {1, 0, 0, 2}));
  BOOST_TEST(trace(matrix).item() == 3);
}

BOOST_AUTO_TEST_CASE(triangles_and_diagonals) {
  Tape<double> tape;
  const V x = tape.variable(counting({3, 4}));
  for (int k = -4; k <= 5; ++k) {
    std::vector<double> upper, lower, on;
    for (Index i = 0; i < 3; ++i) {
      for (Index j = 0; j < 4; ++j) {
        const auto v = static_cast<double>(i * 4 + j);
        upper.push_back(j - i >= k ? v : 0);
        lower.push_back(j - i <= k ? v : 0);
        if (j - i == k) on.push_back(v);
      }
    }
    BOOST_TEST(holds(triu(x, k).value(), std::span<const double>(upper)));
    BOOST_TEST(holds(tril(x, k).value(), std::span<const double>(lower)));
    BOOST_TEST(holds(diagonal(x, k).value(), std::span<const double>(on)));
  }
  const V v = tape.variable(A({2}, {1, 2}));
  BOOST_TEST(holds(diag(v, 1).value(), {0, 1, 0, 0, 0, 2, 0, 0, 0}));
  BOOST_TEST(holds(diag(v, -1).value(), {0, 0, 0, 1, 0, 0, 0, 2, 0}));
  BOOST_TEST(holds(diagonal(diag(v, -3), -3).value(), {1, 2}));
}

BOOST_AUTO_TEST_CASE(orders) {
  Tape<double> tape;
  const V x = tape.variable(counting({2, 3}));
  BOOST_TEST(holds(flip(x, {0}).value(), {3, 4, 5, 0, 1, 2}));
  BOOST_TEST(holds(flip(x).value(), {5, 4, 3, 2, 1, 0}));
  BOOST_TEST(holds(roll(x, 1, 1).value(), {2, 0, 1, 5, 3, 4}));
  BOOST_TEST(holds(roll(x, std::numeric_limits<Index>::min(), 0).value(), {0, 1, 2, 3, 4, 5}));
  BOOST_TEST(holds(roll(roll(x, 5, 1), -5, 1).value(), {0, 1, 2, 3, 4, 5}));
  BOOST_TEST(holds(repeat(x, 2, 0).value(), {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5}));
  BOOST_TEST(holds(repeat(x, Indices({3}, {0, 2, 1}), 1).value(), {1, 1, 2, 4, 4, 5}));
  BOOST_TEST(holds(tile(x, {2}).value(), {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5}));
  BOOST_TEST(tile(x, {2, 1, 2}).shape() == Shape({2, 2, 6}));
  BOOST_TEST(holds(one_hot(tape, Indices({2}, {2, 0}), 3).value(), {0, 0, 1, 1, 0, 0}));

  const V steps = tape.variable(counting({4, 2}));
  const Indices lengths({2}, {3, 2});
  BOOST_TEST(holds(reverse_sequence(steps, lengths).value(), {4, 3, 2, 1, 0, 5, 6, 7}));
  const V back = reverse_sequence(reverse_sequence(steps, lengths), lengths);
  BOOST_TEST(holds(back.value(), {0, 1, 2, 3, 4, 5, 6, 7}));
}

BOOST_AUTO_TEST_CASE(around_an_axis) {
  Tape<double> tape;
  const V x = tape.variable(A({3}, {1, 2, 3}));
  const auto padded = [&](PadMode mode) { return pad(x, 0, {2, 2}, {.mode = mode}).value(); };
  BOOST_TEST(holds(padded(PadMode::constant), {0, 0, 1, 2, 3, 0, 0}));
  BOOST_TEST(holds(padded(PadMode::reflect), {3, 2, 1, 2, 3, 2, 1}));
  BOOST_TEST(holds(padded(PadMode::replicate), {1, 1, 1, 2, 3, 3, 3}));
  BOOST_TEST(holds(padded(PadMode::circular), {2, 3, 1, 2, 3, 1, 2}));
  BOOST_TEST(holds(pad(x, {{1, 0}}, {.value = -INFINITY}).value(), {-INFINITY, 1, 2, 3}));
  BOOST_TEST(pad(x, {{}}, {.mode = PadMode::reflect}).id() == x.id());
}

BOOST_AUTO_TEST_CASE(views_copy_nothing) {
  Tape<double> tape;
  const V x = tape.variable(counting({2, 1, 3}));
  for (const V& y : {unsqueeze(x, 0), squeeze(x), squeeze(x, 1), flatten(x), flatten(x, 1)}) {
    BOOST_TEST(y.value().shares_memory_with(x.value()));
  }
  BOOST_TEST(unsqueeze(x, -1).shape() == Shape({2, 1, 3, 1}));
  BOOST_TEST(squeeze(x).shape() == Shape({2, 3}));
  BOOST_TEST(flatten(x, 0, 1).shape() == Shape({2, 3}));
  BOOST_TEST(swap_axes(x, 0, 2).shape() == Shape({3, 1, 2}));
}

// An op made of others is named as the user called it, where the user called it.
BOOST_AUTO_TEST_CASE(errors_of_composed_ops_name_the_call) {
  Tape<double> tape;
  const V x = tape.variable(counting({2, 3}));
  const auto says = [](const std::string& name) {
    return [name](const Error& error) {
      const std::string what = error.what();
      return what.starts_with(name + ": ") &&
             what.find(name + ": " + name + ": ") == std::string::npos &&
             what.find("tests/indexing.cpp:") != std::string::npos;
    };
  };
  BOOST_CHECK_EXCEPTION(trace(tape.variable(A({2}))), Error, says("trace"));
  BOOST_CHECK_EXCEPTION(take(x, Indices({1}, {6})), Error, says("take"));
  BOOST_CHECK_EXCEPTION(norm(x, {4}), Error, says("norm"));
  BOOST_CHECK_EXCEPTION(slice(x, {{}, {.step = 0}}), Error, says("slice"));
  BOOST_CHECK_EXCEPTION(pad(x, {{-1, 0}, {}}), Error, says("pad"));
  BOOST_CHECK_EXCEPTION(min(x, {0, 0}), Error, says("min"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
