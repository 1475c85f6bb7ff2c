// What rows of the sweep cannot reach: sizes that are too large for differences, and values at
// which there are none.
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"

namespace engram::testing {

BOOST_AUTO_TEST_SUITE(sweep_corners)

// With 512 rows, 256 classes in double precision are a block: 600 are three, the last of them
// short.
BOOST_DATA_TEST_CASE(blocks_of_classes_add_up,
                     boost::unit_test::data::make({false, true}) *
                         boost::unit_test::data::make({false, true}),
                     transposed, used_before) {
  constexpr Index kRows = 409, kInner = 3, kClasses = 600;
  Random random{17};
  Indices targets(Shape{kRows});
  for (Index i = 0; i < kRows; ++i) {
    targets.edit()[i] = static_cast<std::int32_t>(random.below(kClasses));
  }
  Tape<double> tape;
  const auto draw = [&](const Shape& shape) {
    return tape.variable(random.uniform<double>(shape, -1, 1));
  };
  const auto x = draw({kRows, kInner}), b = draw({kClasses});
  const auto w = draw(transposed ? Shape{kClasses, kInner} : Shape{kInner, kClasses});
  const CrossEntropyOptions options{.ignore_index = targets[1]};
  const auto logits = affine(x, transposed ? transpose(w) : w, b);
  auto expected = cross_entropy(logits, targets, options);
  auto got = affine_cross_entropy(x, w, b, targets, options, transposed);
  if (used_before) {  // the gradients are not the first that their inputs get
    const auto more = sum(x * x) + sum(w * w) + sum(b * b);
    expected = expected + more;
    got = got + more;
  }
  BOOST_TEST(std::abs(got.item() - expected.item()) <= 1e-12);
  const auto dgot = tape.gradients(got, std::vector{x, w, b});
  const auto dexpected = tape.gradients(expected, std::vector{x, w, b});
  for (std::size_t k = 0; k < dgot.size(); ++k) {
    const double worst = difference(dgot[k].value(), dexpected[k].value());
    BOOST_TEST(worst <= 1e-13, "input " << k << " differs by " << worst);
  }
}

// NaN is the largest: all of the gradient goes there. Equal values share it.
BOOST_AUTO_TEST_CASE(the_largest_may_be_nan_or_several) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({3, 3}, {1, nan, 2, 4, 3, 4, nan, nan, 5}));
  const auto y = sum(max(x, {1}) * tape.constant(Array<double>({3}, {6, 8, 10})));
  const std::vector<double> expected{0, 6, 0, 4, 0, 4, 5, 5, 0};
  for (const bool rules_only : {false, true}) {
    const auto seed = tape.constant(Array<double>::scalar(1));
    const auto dx = tape.gradients(y, std::vector{x}, {.seed = seed, .rules_only = rules_only});
    BOOST_TEST(dx[0].value().values() == expected, boost::test_tools::per_element());
  }
}

// 0⁰ is 1, and its derivatives are numbers.
BOOST_AUTO_TEST_CASE(powers_of_zero) {
  Tape<double> tape;
  const auto a = tape.variable(Array<double>({3}, {0, 0, 2}));
  const auto b = tape.variable(Array<double>({3}, {0, 3, 0}));
  const auto y = sum(pow(a, b));
  const std::vector<double> da{0, 0, 0}, db{0, 0, std::log(2)};
  for (const bool rules_only : {false, true}) {
    const auto seed = tape.constant(Array<double>::scalar(1));
    const auto d = tape.gradients(y, std::vector{a, b}, {.seed = seed, .rules_only = rules_only});
    BOOST_TEST(d[0].value().values() == da, boost::test_tools::per_element());
    BOOST_TEST(d[1].value().values() == db, boost::test_tools::per_element());
  }
}

// Where all numbers are 0 the length has a corner: its derivatives there are said to be 0.
BOOST_AUTO_TEST_CASE(the_length_of_zeros) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({2, 2}, {0, 0, 3, 4}));
  const auto y = sum(norm(x, {1}));
  const auto v = tape.constant(Array<double>({2, 2}, {1, 2, 1, 2}));
  // (v - u <u, v>) / |x| for u = x / |x|
  const std::vector<double> dx{0, 0, 0.6, 0.8}, hv{0, 0, (1 - 0.6 * 2.2) / 5, (2 - 0.8 * 2.2) / 5};
  const auto equal = [](const Var<double>& got, const std::vector<double>& expected) {
    for (Index i = 0; i < got.size(); ++i) {
      const double e = expected[static_cast<std::size_t>(i)];
      BOOST_TEST(std::abs(got.value()[i] - e) <= 1e-15, got.value()[i] << " instead of " << e);
    }
  };
  for (const bool rules_only : {false, true}) {
    const auto seed = tape.constant(Array<double>::scalar(1));
    equal(tape.gradients(y, std::vector{x}, {.seed = seed, .rules_only = rules_only})[0], dx);
  }
  const auto g = tape.gradients(y, std::vector{x}, {.record = true})[0];
  equal(tape.gradients(sum(g * v), std::vector{x})[0], hv);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
