// What double is to keep: sums to twice its digits, squares beyond its range.
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/record.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

using A = Array<double>;
using V = Var<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Rows 1e16, 1 and -1e16 in turn: `thirds` of each, whose sum is `thirds`.
A large_and_small(Index thirds, Index width) {
  A out(Shape{3 * thirds, width});
  for (Index i = 0; i < out.size(); ++i) {
    const Index turn = i / width % 3;
    out.edit()[i] = turn == 0 ? 1e16 : turn == 1 ? 1 : -1e16;
  }
  return out;
}
bool are_all(const A& x, double value) {
  return std::all_of(x.begin(), x.end(), [=](double v) { return v == value; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(double_cases)

BOOST_AUTO_TEST_CASE(sums_keep_what_large_terms_hide) {
  Tape<double> tape;
  for (const Index thirds : {1, 2, 3, 5, 30, 1000}) {
    for (const Index width : {1, 2, 700}) {
      const V x = tape.constant(large_and_small(thirds, width));
      const auto n = static_cast<double>(thirds);
      const std::string what = text(thirds, " thirds, ", width, " side by side");
      BOOST_TEST(are_all(sum(x, {0}).value(), n), what);
      BOOST_TEST(are_all(sum(transpose(x), {1}).value(), n), what);
      BOOST_TEST(sum(x).item() == n * static_cast<double>(width), what);
      BOOST_TEST(are_all(mean(x, {0}).value(), 1.0 / 3), what);
      const A sums = cumsum(x, 0).value();
      BOOST_TEST(sums[sums.size() - 1] == n, what);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_infinite_term_makes_an_infinite_sum) {
  Tape<double> tape;
  for (const double infinite : {kInfinity, -kInfinity}) {
    const V x = tape.constant(A({3, 1}, {1, infinite, 2}));
    BOOST_TEST(sum(x).item() == infinite);
    BOOST_TEST(sum(x, {0}).value()[0] == infinite);
    BOOST_TEST(cumsum(x, 0).value()[2] == infinite);
  }
}

BOOST_AUTO_TEST_CASE(gradients_keep_what_large_terms_hide) {
  constexpr Index thirds = 1000;
  Tape<double> tape;
  const V b = tape.variable(A({2}));
  const V seed = tape.constant(large_and_small(thirds, 2));
  const V y = broadcast_to(b, seed.shape());
  BOOST_TEST(are_all(tape.gradients(y, std::vector{b}, {.seed = seed})[0].value(), thirds));
  // The rows of a table are added up by number.
  const V table = tape.variable(A({1, 2}));
  const V rows = gather_rows(table, Indices(Shape{3 * thirds}));
  BOOST_TEST(are_all(tape.gradients(rows, std::vector{table}, {.seed = seed})[0].value(), thirds));
}

BOOST_DATA_TEST_CASE(lengths_do_not_overflow_or_vanish,
                     boost::unit_test::data::make({1.0, 1e200, 1e307, 1e-200, 1e-307}), s) {
  const auto near = [](double got, double want) { return std::abs(got / want - 1) < 1e-15; };
  Tape<double> tape;
  const V x = tape.constant(A({2}, {3 * s, -4 * s}));
  BOOST_TEST(near(norm(x).item(), 5 * s), norm(x).item());
  BOOST_TEST(near(root_mean_square(x).item(), std::sqrt(12.5) * s), root_mean_square(x).item());
  const double with_epsilon = root_mean_square(x, {}, false, 1e-5).item();
  const double wanted = s == 1  ? std::sqrt(12.50001)
                        : s > 1 ? std::sqrt(12.5) * s
                                : std::sqrt(1e-5);
  BOOST_TEST(near(with_epsilon, wanted), with_epsilon);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
