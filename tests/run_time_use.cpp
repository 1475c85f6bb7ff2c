// What people type first: y += x, x > 0, a(t, b), lists that are known when the program runs, and
// arithmetic on arrays that are on no tape.
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using A = Array<double>;
using V = Var<double>;

// A number where `keep` stands does not compile, nor does the order of arguments that once was.
template <class X>
concept takes_a_number_for_keep = requires(X x) {
  variance(x, {1}, 0.5);
}
|| requires(X x) { standard_deviation(x, {1}, 1, true); }
|| requires(X x) { norm(x, 2); }
|| requires(X x) { norm(x, 2.0, {1}); }
|| requires(X x) { cumsum(x, 1, true); };
static_assert(!takes_a_number_for_keep<V>);

std::string at(unsigned line) { return text("\n  recorded at ", __FILE__, ":", line); }

}  // namespace

BOOST_AUTO_TEST_SUITE(run_time_use)

// The handle moves on; the old value, and whoever else has it, stays.
BOOST_AUTO_TEST_CASE(assignment_rebinds) {
  Tape<double> tape;
  const V x = tape.variable(vector({1, 2}));
  V y = x;
  const V before = y;
  y += x;
  y *= y;
  y /= 2;
  BOOST_TEST(equal(y.value(), vector({2, 8})));
  BOOST_TEST(before.id() == x.id());
  BOOST_TEST(equal(tape.gradients(sum(y), std::vector{x})[0].value(), vector({4, 8})));
  const V other = tape.variable(vector({1, 2, 3}));
  const auto refused = [&] { y -= other; };  // the line below
  const unsigned line = __LINE__ - 1;
  const std::string what = error_of(refused);
  BOOST_TEST(what.starts_with("sub: shapes do not broadcast: [2] and [3]"), what);
  BOOST_TEST(what.ends_with(at(line)), what);
  BOOST_TEST(equal(y.value(), vector({2, 8})));  // nothing was lost
  V never;
  const std::string nothing = error_of([&] { never += 1; });
  BOOST_TEST(nothing.starts_with("add_scalar: this Var holds no value"), nothing);
  BOOST_TEST(nothing.ends_with(at(__LINE__ - 2)), nothing);
}

BOOST_AUTO_TEST_CASE(comparisons_are_masks) {
  Tape<double> tape;
  const V x = tape.variable(vector({-1, 0, 2, std::nan("")}));
  BOOST_TEST(equal((x > 0).value(), vector({0, 0, 1, 0})));
  BOOST_TEST(equal((0 > x).value(), vector({1, 0, 0, 0})));
  BOOST_TEST(equal((x >= 0).value(), vector({0, 1, 1, 0})));
  BOOST_TEST(equal((0 <= x).value(), vector({0, 1, 1, 0})));
  const A same = (x == x).value();
  for (Index i = 0; i < 4; ++i) BOOST_TEST(same[i] == (i < 3 ? 1 : 0));
  BOOST_TEST(equal((2 != x).value(), vector({1, 1, 0, 1})));
  const std::string what = error_of([&] { static_cast<void>(x < tape.constant(vector({1, 2}))); });
  BOOST_TEST(what.starts_with("less: shapes do not broadcast: [4] and [2]"), what);
  BOOST_TEST(what.ends_with(at(__LINE__ - 2)), what);
}

BOOST_AUTO_TEST_CASE(elements_of_an_array) {
  const A a({2, 3}, {0, 1, 2, 10, 11, 12});
  BOOST_TEST(a(1, 2) == 12);
  BOOST_TEST(a(-1, 0) == 10);
  BOOST_TEST(A::scalar(4)() == 4);
  BOOST_TEST(error_of([&] { a(1, 3); }) ==
             "element 3 of axis 1 of [2,3] does not exist; need -3 <= number < 3");
  BOOST_TEST(error_of([&] { a(-3, 0); }) ==
             "element -3 of axis 0 of [2,3] does not exist; need -2 <= number < 2");
  BOOST_TEST(error_of([&] { a(1); }) ==
             "1 numbers for an element of [2,3]; need 2, one to an axis");
  BOOST_TEST(Indices({2}, {5, 6})(1) == 6);
}

BOOST_AUTO_TEST_CASE(rows_from_the_end) {
  Tape<double> tape;
  const V x = tape.variable(A({2, 3}, {0, 1, 2, 10, 11, 12}));
  BOOST_TEST(equal(select(x, 0, -1).value(), vector({10, 11, 12})));
  BOOST_TEST(equal(select(x, -1, -3).value(), vector({0, 10})));
  BOOST_TEST(select(x, 0, -2).value().shares_memory_with(x.value()));
  const std::string what = error_of([&] { select(x, 1, 3); });
  BOOST_TEST(what == "select: entry 3 of axis 1 of x [2,3] does not exist; need -3 <= index < 3" +
                         at(__LINE__ - 2));
}

BOOST_AUTO_TEST_CASE(arrays_without_a_tape) {
  const A a({2, 3}, {1, 2, 3, 4, 5, 6}), b = vector({1, 2, 4});
  BOOST_TEST(equal(a + b, A({2, 3}, {2, 4, 7, 5, 7, 10})));
  BOOST_TEST(equal(a - b, A({2, 3}, {0, 0, -1, 3, 3, 2})));
  BOOST_TEST(equal(a * b, A({2, 3}, {1, 4, 12, 4, 10, 24})));
  BOOST_TEST(equal(a / b, A({2, 3}, {1, 1, 0.75, 4, 2.5, 1.5})));
  BOOST_TEST(equal(2 * b + 1, vector({3, 5, 9})));
  BOOST_TEST(equal(1 - b / 2, vector({0.5, 0, -1})));
  BOOST_TEST(equal(4 / b - 1, vector({3, 1, 0})));
  BOOST_TEST(equal(1 + b * 2, vector({3, 5, 9})));
  BOOST_TEST(equal(-b, vector({-1, -2, -4})));
  BOOST_TEST(equal(transpose(a), A({3, 2}, {1, 4, 2, 5, 3, 6})));
  BOOST_TEST(equal(transpose(a, {1, 0}), transpose(a)));
  const auto product = [](auto x, auto y) { return matmul(x, y, {.b = true}); };
  const A c = off_tape(product, a, a);
  BOOST_TEST(equal(c, A({2, 2}, {14, 32, 32, 77})));
  BOOST_TEST(error_of([&] {
               a + vector({1, 2});
             }).starts_with("shapes do not broadcast: [2,3] and [2]"));
  BOOST_TEST(error_of([&] {
               transpose(a, {0, 0});
             }).starts_with("transpose: (0,0) is no permutation"));
}

BOOST_AUTO_TEST_CASE(an_empty_list_of_axes_names_all) {
  Tape<double> tape;
  const V x = tape.variable(A({2, 3}, {1, 2, 3, 4, 5, 6}));
  const std::vector<int> none, second{-1};
  BOOST_TEST(sum(x, none).item() == 21);
  BOOST_TEST(equal(sum(x, second).value(), vector({6, 15})));
  BOOST_TEST(equal(flip(x, second).value(), A({2, 3}, {3, 2, 1, 6, 5, 4})));
  const std::vector<int> many(8, 0);
  BOOST_TEST(error_of([&] { sum(x, many); }) == "8 axes to reduce; at most 7 exist");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
