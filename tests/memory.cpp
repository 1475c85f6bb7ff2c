// What a backward pass takes beside the values on the tape.
#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/nn/lstm.hpp"

namespace engram::testing {
namespace {

constexpr Index kSteps = 200, kBatch = 4, kHidden = 16;

// What the tape holds after forward, and the most that a pass takes beside it, in numbers for a
// step, a lane and a hidden unit.
struct Taken {
  double forward, backward;
};
Taken taken(Index layers) {
  Random random{1};
  const nn::Lstm<double> lstm({.input = kHidden, .hidden = kHidden, .layers = layers}, random);
  const auto x = random.normal<double>({kSteps, kBatch, kHidden});
  Tape<double> tape;
  constexpr double kNumbers = sizeof(double) * kSteps * kBatch * kHidden;
  Taken out{};
  for (int k = 0; k < 2; ++k) {  // the second time tables are there
    tape.clear();
    const auto y = sum(lstm(tape.constant(x)).y);
    tape.pool().reset_peak();
    const auto before = tape.pool().usage().in_use;
    const auto gradients = tape.backward(y);
    out = {static_cast<double>(before) / kNumbers,
           static_cast<double>(tape.pool().usage().peak - before) / kNumbers};
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory)

// Beside a few steps at a time: the gradients of the outputs [T, B, H], and those of the
// projection [T, B, 4 H], in which the gradients of the steps lie. The products of the recurrent
// weights take the outputs side by side once more.
BOOST_AUTO_TEST_CASE(the_gradients_of_the_steps_lie_in_that_of_the_sequence) {
  const double one = taken(1).backward;
  BOOST_TEST(one > 4.0);
  BOOST_TEST(one < 6.5);
}

// Of a step: four gates, two tanh, c, h and its place among the outputs. Not what the gates are
// made of, nor the products.
BOOST_AUTO_TEST_CASE(what_no_derivative_reads_is_given_back) {
  const double layer = taken(2).forward - taken(1).forward;
  BOOST_TEST(layer > 8.0);
  BOOST_TEST(layer < 11.0);
}

BOOST_AUTO_TEST_CASE(a_layer_gives_its_gradients_back_before_the_next) {
  BOOST_TEST(taken(4).backward < taken(1).backward + 1.0);
}

// Parts are taken from a value, or put together, in two steps, so that the recorded derivatives of
// n do not take n² memory.
BOOST_AUTO_TEST_CASE(many_parts_take_no_more_than_that_many_times_their_root) {
  const auto peak = [](Index n) {
    Tape<double> tape;
    const auto x = tape.variable(Array<double>::full({n}, 0.5));
    std::vector<Var<double>> parts;
    for (const auto& part : unstack(x)) parts.push_back(part * part);
    const auto y = sum(square(stack(parts)));
    const auto dx = grad(y, {x})[0];
    const auto d2x = grad(sum(square(dx)), {x})[0];
    BOOST_TEST(d2x.value()[n - 1] == 3);  // 96 x^5
    return static_cast<double>(tape.pool().usage().peak) / sizeof(double) / static_cast<double>(n);
  };
  const double some = peak(400), many = peak(6400);
  BOOST_TEST(many < 4.5 * some);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
