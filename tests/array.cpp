// Arrays are values: copies share memory and never alias. Shapes are checked where they are made.
#include "engram/core/array.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include "engram/core/tape.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
BOOST_AUTO_TEST_SUITE(array)

BOOST_AUTO_TEST_CASE(editing_an_array_changes_no_other) {
  Array<double> a = vector({1, 2, 3});
  Array<double> b = a;
  BOOST_TEST(a.shares_memory_with(b));
  const Array<double> row = a.window(1, {2});
  b.edit()[1] = 9;
  BOOST_TEST(!a.shares_memory_with(b));
  BOOST_TEST(equal(a, vector({1, 2, 3})));
  BOOST_TEST(equal(row, vector({2, 3})));
  double* alone = b.edit();
  BOOST_TEST(alone == b.edit());  // nobody else: no copy

  Tape<double> tape;
  const auto x = tape.variable(a);
  Array<double> taken = x.value();
  a.edit()[0] = 5;
  taken.edit()[0] = 6;
  BOOST_TEST(x.value()[0] == 1);
  BOOST_TEST(error_of([&] { a.reshaped({2}); }) == "cannot reshape [3] (3 values) to [2] (2)");
  BOOST_TEST(error_of([&] { a.item(); }) == "item(): the array has shape [3], not one element");
  BOOST_TEST(error_of([] {
               Array<double>({2}, {1, 2, 3});
             }) == "an array of shape [2] holds 2 values, 3 given");
}

BOOST_AUTO_TEST_CASE(shapes_that_cannot_be) {
  BOOST_TEST(
      error_of([] { Shape{1, 1, 1, 1, 1, 1, 1, 1}; }).starts_with("a shape of 8 axes; at most 7"));
  BOOST_TEST(error_of([] { Shape{2, -1}; }) == "extent -1 of axis 1 is outside [0, 2147483647]");
  BOOST_TEST(error_of([] {
               Shape{1 << 30, 1 << 30};
             }) == "a shape that begins with [1073741824,1073741824] has more than 2^58 elements");
  BOOST_TEST(Shape({0, 1 << 30, 1 << 20}).size() == 0);
  BOOST_TEST(Shape({4, 5}).with(-1, 2) == Shape({4, 2}));
  BOOST_TEST(Shape({4, 5, 6}).without(1) == Shape({4, 6}));
  BOOST_TEST(Shape({4, 5}).inserted(0, 2) == Shape({2, 4, 5}));
  BOOST_TEST(Shape({4, 5}).inserted(2, 2) == Shape({4, 5, 2}));
  BOOST_TEST(Shape({4, 5, 6}).axes(1, 3) == Shape({5, 6}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
