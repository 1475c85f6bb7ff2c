// The first NaN or infinity, forward and backward, where it is made.
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;

std::string at(unsigned line) {
  return text("\n  recorded at ", Site::current().file_name(), ":", line);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(anomalies)

BOOST_AUTO_TEST_CASE(are_let_through_unless_asked_for) {
  Tape<double> tape;
  const V x = tape.variable(vector({1, 0}));
  BOOST_TEST(std::isinf(log(x).value()[1]));
  BOOST_TEST(std::isinf(tape.backward(sum(sqrt(x)))[x][1]));
}

BOOST_AUTO_TEST_CASE(forward) {
  Tape<double> tape;
  tape.detect_anomalies(true);
  const V x = tape.variable(vector({1, 0, 3}));
  const int line = __LINE__ + 1;
  const std::string of_log = error_of([&] { log(x); });
  BOOST_TEST(
      of_log ==
      "log: the result [3] is -inf at element 1, entry 1 of the tape; input 0 [3] in [0, 3]" +
          at(line));
  const V c = tape.constant(vector({-1}));  // of constants too
  BOOST_TEST(error_of([&] { sqrt(c); }).find("nan at element 0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(backward) {
  Tape<double> tape;
  tape.detect_anomalies(true);
  const V x = tape.variable(vector({4, 0}));
  const V y = sqrt(x);
  const unsigned line = __LINE__ - 1;
  const V total = sum(3 * y);
  for (const auto& found : {error_of([&] { tape.backward(total); }),
                            error_of([&] { tape.gradients(total, std::vector{x}); })}) {
    BOOST_TEST(found ==
               "sqrt (backward): the gradient of input 0 [2] is inf at element 1, at entry 1 of "
               "the tape; upstream [2] in [3, 3]; input 0 [2] in [0, 4]" +
                   at(line));
  }
  // What a rule records is looked at like everything that is recorded.
  BOOST_TEST(error_of([&] { grad(total, {x}); }).find("is inf at element 1") != std::string::npos);
}

// Products with a weight that are otherwise added up at the end.
BOOST_AUTO_TEST_CASE(in_the_gradient_of_a_weight) {
  Param<float> w(Array<float>::full({2, 2}, 1e30F));
  Tape<float> tape;
  tape.detect_anomalies(true);
  const Var<float> x = tape.constant(Array<float>::full({1, 2}, 1e-30F));
  const Var<float> z = matmul(matmul(x, tape.read(w)) * 1e-9F, tape.read(w));
  const Var<float> y = sum(z * 1e-20F) * 1e20F * 1e9F;  // dw = xᵀ dz, dz = 1e9
  const std::string found = error_of([&] { tape.backward(y); });
  BOOST_TEST(found.find("(backward): the gradient of input") != std::string::npos);
  BOOST_TEST(found.find("inf at element 0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(change_nothing_where_there_are_none) {
  const auto gradient = [](bool detect) {
    Tape<double> tape;
    tape.detect_anomalies(detect);
    const V x = tape.variable(vector({4, 1})),
            w = tape.variable(Array<double>({2, 2}, {1, 2, 3, 4}));
    V h = reshape(x, {1, 2});
    for (int k = 0; k < 4; ++k) h = tanh(matmul(h, w));
    return tape.backward(sum(h))[x];
  };
  BOOST_TEST(equal(gradient(true), gradient(false)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
