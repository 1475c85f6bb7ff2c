// The errors of a tape, word for word: what is wrong, where it was recorded, what to do.
#include <cmath>
#include <string>

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/record.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

// The second line of an error about what was recorded in `line` of this file.
std::string at(unsigned line) {
  return text("\n  recorded at ", Site::current().file_name(), ":", line);
}

const std::string kStale =
    "this Var is stale: its tape was cleared after it was recorded, or is gone; record it again, "
    "or "
    "keep its value() as an Array";
const std::string kTwo =
    "values of two tapes meet; bring one over with tape.constant(other.value())";
const std::string kNone = "this Var holds no value: it was default-constructed and never assigned";

// Two wrong rules: one of a wrong shape, one that cannot be computed.
struct WrongShape {
  static constexpr auto name = "wrong_shape";
  static Shape shape(const Shape& x) { return x; }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    y = x;
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += stack({dy, dy}, 1);
  }
};
struct WrongRule : WrongShape {
  static constexpr auto name = "wrong_rule";
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += matmul(dy, dy);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tape_errors)

BOOST_AUTO_TEST_CASE(a_stale_var) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1, 2}));
  tape.clear();
  BOOST_TEST(error_of([&] { x.value(); }) == kStale);
  BOOST_TEST(error_of([&] { tanh(x); }) == "tanh: " + kStale + at(__LINE__));
  const auto y = tape.variable(vector({1, 2}));
  BOOST_TEST(error_of([&] { tape.backward(sum(y), {.seed = x}); }).starts_with(kStale));
  BOOST_TEST(error_of([&] { y* x; }) == "mul: " + kStale + at(__LINE__));
  BOOST_TEST(error_of([&] { concat({y, x}, 0); }) == "concat: " + kStale + at(__LINE__));
  BOOST_TEST(error_of([&] { tape.backward(x); }) == kStale);
  BOOST_TEST(error_of([&] { grad(sum(y), {x}); }) == kStale);
}

BOOST_AUTO_TEST_CASE(vars_of_two_tapes) {
  Tape<double> tape, other;
  const auto a = tape.variable(vector({1})), b = other.variable(vector({2}));
  BOOST_TEST(error_of([&] { a + b; }) == "add: " + kTwo + at(__LINE__));
  BOOST_TEST(error_of([&] { stack({a, b}); }) == "stack: " + kTwo + at(__LINE__));
  BOOST_TEST(error_of([&] { tape.backward(b); }) == kTwo);
  BOOST_TEST(error_of([&] { tape.gradients(a, std::array{b}); }) == kTwo);
  BOOST_TEST((a + tape.constant(b.value())).item() == 3);
}

BOOST_AUTO_TEST_CASE(a_default_var) {
  const Var<double> none;
  Tape<double> tape;
  BOOST_TEST(error_of([&] { none.shape(); }) == kNone);
  BOOST_TEST(error_of([&] { -none; }) == "neg: " + kNone + at(__LINE__));
  const auto one = tape.constant(vector({1}));
  BOOST_TEST(error_of([&] { one* none; }) == "mul: " + kNone + at(__LINE__));
}

BOOST_AUTO_TEST_CASE(errors_cite_the_line_of_the_call) {
  Tape<double> tape;
  const auto a = tape.variable(Array<double>(Shape{3, 4})),
             b = tape.variable(Array<double>(Shape{3, 5}));
  const std::string differ =
      "shapes do not broadcast: [3,4] and [3,5]; counted from the last, axis 1 has 4 and 5 where "
      "they must be equal or one of them 1";
  BOOST_TEST(error_of([&] { a + b; }) == "add: " + differ + at(__LINE__));
  BOOST_TEST(error_of([&] { a - b; }) == "sub: " + differ + at(__LINE__));
  BOOST_TEST(error_of([&] { a* b; }) == "mul: " + differ + at(__LINE__));
  BOOST_TEST(error_of([&] { a / b; }) == "div: " + differ + at(__LINE__));
  const unsigned comparison = __LINE__ + 1;
  const std::string comparison_error = error_of([&] { mse(a, b); });
  BOOST_TEST(
      comparison_error ==
      "mse: shapes [3,4] and [3,5] differ; need one shape, or a scalar: reshape one of them, "
      "or broadcast_to if it is to meet all of the other" +
          at(comparison));
  const unsigned product = __LINE__ + 1;
  const std::string product_error = error_of([&] { matmul(a, b); });
  BOOST_TEST(product_error ==
             "matmul: inner sizes differ: a [3,4] . b [3,5]; need a.cols == b.rows, here 4 and 3" +
                 at(product));
  const unsigned selection = __LINE__ + 1;
  const std::string selection_error = error_of([&] { select(a, 1, 4); });
  BOOST_TEST(selection_error ==
             "select: entry 4 of axis 1 of x [3,4] does not exist; need -4 <= index < 4" +
                 at(selection));
  // Operators with a number know their place too: it is that of the node they record.
  const unsigned line = __LINE__ + 1;
  const Var<double> all[] = {a + 1, 1 + a, a - 1, 1 - a, a * 2, 2 * a, a / 2, 2 / a, -a, a + a};
  for (const auto& y : all) BOOST_TEST(tape.node(y).site.line() == line);
}

BOOST_AUTO_TEST_CASE(errors_in_backward_cite_the_recording) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1, 2, 3}));
  const unsigned line = __LINE__ + 1;
  const auto wrong = record(WrongShape{}, Site::current(), x);
  BOOST_TEST(
      error_of([&] { tape.backward(sum(wrong)); }) ==
      "wrong_shape (backward): a derivative of shape [3,2] for an input of shape [3]; it must "
      "have this shape, or one that this broadcasts to" +
          at(line));
  BOOST_TEST(error_of([&] { grad(sum(wrong), {x}); }) ==
             "wrong_shape (backward): accumulate: a term of shape [3,2] does not sum to [3]" +
                 at(line));
  const unsigned second = __LINE__ + 1;
  const auto failing = record(WrongRule{}, Site::current(), x);
  BOOST_TEST(error_of([&] { tape.backward(sum(failing)); }) ==
             "wrong_rule (backward): matmul: a [3] . b [3]; both need at least two axes: reshape a "
             "vector to a row or column" +
                 at(second));
  // The tape is as good as before.
  BOOST_TEST(tape.backward(sum(x * x))[x][2] == 6);
  BOOST_TEST(tape.node(tanh(x)).site.line() == static_cast<unsigned>(__LINE__));
}

BOOST_AUTO_TEST_CASE(what_backward_refuses) {
  Tape<double> tape;
  const auto x = tape.variable(vector({1, 2}));
  const std::string here = at(__LINE__ + 1);
  const auto y = x * x;
  BOOST_TEST(
      error_of([&] { tape.backward(y); }) ==
      "backward: the result has shape [2], not one element; take its sum or mean, or pass a seed" +
          here);
  BOOST_TEST(error_of([&] { tape.backward(y, {.seed = tape.constant(vector({1}))}); }) ==
             "backward: the seed has shape [1], the result [2]" + here);
  const unsigned constant = __LINE__ + 1;
  const auto c = tape.constant(vector({1, 2}));
  BOOST_TEST(
      error_of([&] { grad(sum(y * c), {c}); }) ==
      "gradients: a target of shape [2] is a constant: make it a variable, or a parameter that "
      "is read" +
          at(constant));
  BOOST_TEST(error_of([&] {
               tape.backward(sum(c));
             }).starts_with("backward: the result [] depends on no "));
  const auto gradients = tape.backward(sum(y));
  BOOST_TEST(
      error_of([&] { gradients[c]; }) ==
      "no gradient of this Var: it is no variable or parameter, or the result does not depend "
      "on it; for values in between use grad(y, {x})");
  BOOST_TEST(error_of([&] { gradients[Param<double>(vector({1}))]; }) ==
             "no gradient of parameter [1]: the result of the backward pass does not depend on it");
  BOOST_TEST(error_of([&] { gradients.var(x); }) ==
             "this gradient was not recorded; call backward with {.record = true}");
}

BOOST_AUTO_TEST_CASE(a_parameter_edited_between_read_and_backward) {
  Tape<double> tape;
  Param<double> w(vector({1, 2}));
  const unsigned line = __LINE__ + 1;
  const auto y = sum(square(tape.read(w)));
  const std::string refused =
      "backward: parameter [2] was changed after the tape read it; run backward before the "
      "optimiser's step, or clear the tape and record again" +
      at(line);
  BOOST_TEST(tape.backward(y)[w][1] == 4);
  w.edit()[0] = 5;
  BOOST_TEST(error_of([&] { tape.backward(y); }) == refused);
  BOOST_TEST(error_of([&] { tape.gradients(y, std::array{y}); }) == refused);
  tape.clear();
  BOOST_TEST(tape.backward(sum(square(tape.read(w))))[w][0] == 10);
  w.assign(vector({3, 3}));
  BOOST_TEST(tape.backward(sum(tape.read(w)))[w][0] == 1);  // read anew
}

BOOST_AUTO_TEST_CASE(of_a_value_that_was_given_back) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({2}, {1, 2}));
  const auto y = x + 1.0, z = x * 3.0, kept = x - 2.0;
  const auto loss = sum(tanh(y) * z);
  tape.keep(kept);
  tape.give_back(0, static_cast<Id>(tape.size()));
  const std::string message = error_of([&] { static_cast<void>(y.value()); });
  BOOST_TEST(message.find("add_scalar: the value [2] was given back after its step") == 0U);
  BOOST_TEST(message.find("recorded at ") != std::string::npos);
  BOOST_CHECK_THROW(static_cast<void>(y * 2.0), Error);
  BOOST_TEST(y.shape() == Shape{2});
  BOOST_TEST(z.value()[1] == 6.0);  // read by the derivative of the product
  BOOST_TEST(kept.value()[1] == 0.0);
  BOOST_TEST(x.value()[1] == 2.0);
  BOOST_TEST(loss.item() > 0);
  BOOST_TEST(
      tape.backward(loss)[x][0] == 3 * std::tanh(2.0) + 3 * (1 - std::pow(std::tanh(2.0), 2)),
      boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
