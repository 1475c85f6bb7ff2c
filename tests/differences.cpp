// What most tests rely on: that a number which is wrong makes a difference.
#include "engram/tests/differences.hpp"

#include "engram/tests/tape_help.hpp"

namespace engram::testing {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

BOOST_AUTO_TEST_SUITE(differences)

BOOST_AUTO_TEST_CASE(is_the_largest) {
  BOOST_TEST(difference(vector({1, 2, 3}), vector({1, -10, 4})) == 12);
  BOOST_TEST(relative_difference(vector({0.25, 2, 3}), vector({0.5, -10, 4})) == 1.2);
  BOOST_TEST(difference(vector({}), vector({})) == 0);
}

BOOST_AUTO_TEST_CASE(nan_is_not_lost_wherever_it_is) {
  for (const auto& with_nan : {vector({kNaN, 2, 3}), vector({1, kNaN, 3}), vector({1, 2, kNaN})}) {
    for (const auto& other :
         {vector({1, 2, 3}), vector({kInfinity, kInfinity, kInfinity}), with_nan}) {
      BOOST_TEST(difference(with_nan, other) == kInfinity);
      BOOST_TEST(difference(other, with_nan) == kInfinity);
      BOOST_TEST(relative_difference(with_nan, other) == kInfinity);
      BOOST_TEST(relative_difference(other, with_nan) == kInfinity);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_same_infinity_is_no_difference) {
  BOOST_TEST(
      relative_difference(vector({kInfinity, -kInfinity}), vector({kInfinity, -kInfinity})) == 0);
  for (const double other : {0.0, -kInfinity}) {
    BOOST_TEST(relative_difference(kInfinity, other) == kInfinity);
    BOOST_TEST(relative_difference(other, kInfinity) == kInfinity);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
