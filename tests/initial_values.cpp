// What layers begin with: numbers, whatever their sizes, and an error for sizes that are none.
#include <cmath>
#include <limits>
#include <string>

#include <boost/test/unit_test.hpp>

#include "engram/core/module.hpp"
#include "engram/nn/adaptive_softmax.hpp"
#include "engram/nn/crf.hpp"
#include "engram/nn/embedding.hpp"
#include "engram/nn/linear.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/nn/rnn.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

// Every number that a module begins with.
template <class M>
void all_are_finite(M&& module) {
  for (const auto& param : parameters(module)) {
    for (const auto v : param.value()) BOOST_TEST(std::isfinite(v), param.name);
  }
}

std::string refused(const auto& f) {
  Random random{1};
  return error_of([&] { f(random); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(initial_values)

BOOST_AUTO_TEST_CASE(are_numbers_in_layers_of_any_size) {
  Random random{1};
  for (const Index in : {0, 1, 3}) {
    for (const Index out : {0, 1, 3}) {
      all_are_finite(nn::Linear<float>({.in = in, .out = out}, random));
      all_are_finite(nn::Embedding<float>({in, out}, random));
    }
  }
  all_are_finite(nn::Lstm<float>({.input = 1, .hidden = 1}, random));
  all_are_finite(nn::Rnn<double>({.input = 1, .hidden = 1}, random));
  all_are_finite(nn::Crf<double>(1, random));
  all_are_finite(
      nn::AdaptiveSoftmax<float>({.in = 1, .classes = 3, .cutoffs = {1}, .div_value = 1}, random));
}

BOOST_AUTO_TEST_CASE(a_layer_without_inputs_is_its_bias) {
  Random random{1};
  nn::Linear<double> linear({.in = 0, .out = 3}, random);
  BOOST_TEST(equal(linear.b.value(), vector({0, 0, 0})));
  linear.b.assign(vector({1, 2, 3}));
  Tape<double> tape;
  const auto y = linear(tape.constant(Array<double>({2, 0})));
  BOOST_TEST(equal(y.value(), Array<double>({2, 3}, {1, 2, 3, 1, 2, 3})));
  const auto gradients = tape.backward(sum(y));
  BOOST_TEST(equal(gradients[linear.b], vector({2, 2, 2})));
}

BOOST_AUTO_TEST_CASE(of_sizes_that_are_none_are_refused) {
  BOOST_TEST(refused([](Random& random) { nn::Linear<double>({.in = -1, .out = 3}, random); }) ==
             "Linear: in -1 and out 3; need 0 or more");
  BOOST_TEST(refused([](Random& random) { nn::Linear<double>({.in = 3, .out = -2}, random); }) ==
             "Linear: in 3 and out -2; need 0 or more");
  BOOST_TEST(refused([](Random& random) {
               nn::Embedding<double>({-1, 3}, random);
             }) == "Embedding: rows -1 and width 3; need 0 or more");
  BOOST_TEST(refused([](Random& random) { nn::Crf<double>(0, random); }) ==
             "Crf: 0 tags; need at least one");
  BOOST_TEST(refused([](Random& random) { nn::uniform_parameter<double>({2}, -3, random); }) ==
             "a parameter [2] of -3 inputs to each output; need 0 or more");
}

// What initialisers draw from.
BOOST_AUTO_TEST_CASE(drawn_from_no_distribution_are_refused) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double nan = std::nan("");
  Random random{1};
  for (const auto& [low, high] : {std::pair{1.0, 0.0},
                                  {-kInfinity, 0.0},
                                  {0.0, kInfinity},
                                  {nan, 1.0},
                                  {0.0, nan},
                                  {kInfinity, kInfinity}}) {
    BOOST_TEST(
        error_of([&] { random.uniform<double>({2}, low, high); }).starts_with("numbers in ["));
  }
  for (const auto& [mean, deviation] :
       {std::pair{0.0, -1.0}, {nan, 1.0}, {0.0, kInfinity}, {kInfinity, 1.0}, {0.0, nan}}) {
    BOOST_TEST(error_of([&] {
                 random.normal<double>({2}, mean, deviation);
               }).starts_with("normal numbers of mean "));
  }
  BOOST_TEST(error_of([&] { random.below(0); }).starts_with("a whole number below 0"));
  BOOST_TEST(random.position() == 0U);
  BOOST_TEST(equal(random.normal<double>({2}, 3, 0), vector({3, 3})));
  all_are_finite(nn::Linear<float>({.in = 1, .out = 2}, random));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
