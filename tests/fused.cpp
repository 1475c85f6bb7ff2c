// A fused expression is the composition it is written as: in value, and in derivatives.
#include "engram/ops/elementwise/fused.hpp"

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/module.hpp"
#include "engram/core/random.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {}  // namespace

BOOST_AUTO_TEST_SUITE(fused)

// Value, gradients, and gradients of a sum of their squares.
BOOST_AUTO_TEST_CASE(an_lstm_of_fused_gates_is_the_lstm) {
  Random first{3}, second{3}, data{4};
  const nn::RecurrentOptions options{.input = 5, .hidden = 17, .layers = 2};
  nn::RecurrentOptions with = options;
  with.fused = true;
  nn::Lstm<double> plain(options, first), fused(with, second);
  const Array<double> x = data.normal<double>({4, 3, 5});
  const auto run = [&](nn::Lstm<double>& lstm) {
    Tape<double> tape;
    std::vector<Array<double>> out;
    const Var<double> y = lstm(tape.constant(x)).y;
    out.push_back(y.value());
    std::vector<Var<double>> weights;
    for (const auto& param : parameters(lstm)) weights.push_back(tape.read(param));
    const auto once = grad(sum(square(y)), weights);
    Var<double> total = tape.constant(Array<double>::scalar(0));
    for (const auto& g : once) {
      out.push_back(g.value());
      total = total + sum(square(g));
    }
    for (const auto& g : grad(total, weights)) out.push_back(g.value());
    return out;
  };
  const auto a = run(plain), b = run(fused);
  BOOST_REQUIRE(a.size() == b.size());
  for (std::size_t k = 0; k < a.size(); ++k) BOOST_TEST(difference(a[k], b[k]) < 1e-12);
}

BOOST_AUTO_TEST_CASE(is_one_operation) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({3}, {1, 2, 3}));
  const auto before = tape.size();
  const auto y = engram::fused([](auto a) { return 1 / (1 + exp(-a)); })(x);
  BOOST_TEST(tape.size() == before + 1);
  BOOST_TEST(difference(y.value(), sigmoid(x).value()) < 1e-15);
}

BOOST_AUTO_TEST_CASE(an_input_that_is_not_used_has_no_gradient) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({3}, {1, 2, 3}));
  const auto unused = tape.variable(Array<double>({3}, {4, 5, 6}));
  const auto y = engram::fused([](auto a, auto) { return a * a; })(x, unused);
  const auto gradients = tape.backward(sum(y));
  BOOST_TEST(gradients[x][2] == 6);
  BOOST_CHECK_THROW(static_cast<void>(gradients[unused]), Error);
}

BOOST_AUTO_TEST_CASE(errors_say_where) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>(Shape{3}));
  const auto y = tape.variable(Array<double>(Shape{4}));
  const std::string what =
      error_of([&] { engram::fused([](auto a, auto b) { return a * b; })(x, y); });
  BOOST_TEST(what.find("fused: shapes do not broadcast: [3] and [4]") == 0U);
  BOOST_TEST(what.find("tests/fused.cpp") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
