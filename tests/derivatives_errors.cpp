// Derivatives that there are not: what is said then.
#include <array>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/record.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;
using Vs = std::vector<V>;

// An op of somebody who wrote a kernel and no rule.
struct Cube {
  static constexpr auto name = "cube";
  static Shape shape(const Shape& x) { return x; }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    for (Index i = 0; i < x.size(); ++i) y.edit()[i] = x[i] * x[i] * x[i];
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    T* to = dx.accumulator();
    for (Index i = 0; i < x.size(); ++i) to[i] += 3 * x[i] * x[i] * dy[i];
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(derivatives_errors)

BOOST_AUTO_TEST_CASE(wrong_questions) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5, -1.5})), c = tape.constant(vector({1, 2}));
  const V y = sum(x * c);
  for (const bool record : {false, true}) {
    BOOST_TEST(error_of([&] {
                 jvp(y, c, x, {record});
               }).starts_with("jvp: a target of shape [2] is a constant: make it a variable"));
    BOOST_TEST(error_of([&] { jvp(y, Vs{x}, Vs{}, {record}); }) ==
               "jvp: 0 directions for 1 targets; need one for each");
    BOOST_TEST(error_of([&] { hvp(y, c, x, {record}); }).find("a target of shape [2] is a") !=
               std::string::npos);
  }
  BOOST_TEST(error_of([&] {
               jvp(y, x, y);
             }).starts_with("jvp: the direction has shape [], its target [2]"));
  BOOST_TEST(error_of([&] { vjp(y, c, y); }).starts_with("vjp: a target of shape [2] is a"));
  BOOST_TEST(error_of([&] {
               tape.tangents(std::array{y}, std::array{c}, std::array{x});
             }).starts_with("tangents: a target of shape [2] is a"));
  BOOST_TEST(error_of([&] { hvp(x, x, c); }).starts_with("backward: the result has shape [2]"));
  Tape<double> other;
  BOOST_TEST(error_of([&] {
               jvp(y, x, other.constant(vector({1, 2})));
             }).find("values of two tapes meet") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_op_without_a_second_derivative_says_so) {
  Tape<double> tape;
  const V x = tape.variable(vector({2, 3})), v = tape.constant(vector({1, 1}));
  const V y = sum(record(Cube{}, Site::current(), x));
  BOOST_TEST(tape.backward(y)[x][1] == 27);
  for (const auto& second : {error_of([&] { grad(y, {x}); }), error_of([&] { hvp(y, x, v); }),
                             error_of([&] { jvp(y, x, v); })}) {
    BOOST_TEST(second.starts_with("cube ("));
    BOOST_TEST(second.find("has only a kernel for its first derivative") != std::string::npos);
    BOOST_TEST(second.find("recorded at ") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
