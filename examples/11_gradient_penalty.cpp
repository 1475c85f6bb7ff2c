// A loss that contains a gradient: a network that must not change fast with its input.
//
// H. Drucker and Y. LeCun (1992), "Improving generalization performance using double
// backpropagation".
#include <cmath>
#include <cstdio>

#include "engram/engram.hpp"

using namespace engram;

namespace {

struct Network {
  using value_type = float;
  explicit Network(Random& random)
      : hidden{{.in = 1, .out = 32}, random}, readout{{.in = 32, .out = 1}, random} {}
  Var<float> operator()(const Var<float>& x) const { return readout(tanh(hidden(x))); }
  void visit(auto&& f) {
    f("hidden", hidden);
    f("readout", readout);
  }
  nn::Linear<float> hidden, readout;
};

// Fits noisy points of a sine; the mean squared error and the mean squared slope at the end.
std::pair<float, float> fitted(float weight) {
  Random random{4};
  Network network(random);
  optim::Adam<float> adam{parameters(network), {.learning_rate = 1e-2}};
  const Array<float> points = random.uniform<float>({16, 1}, -3, 3);
  Array<float> values = points;
  for (Index i = 0; i < values.size(); ++i) {
    values.edit()[i] = std::sin(points[i]) + 0.3f * static_cast<float>(random.normal());
  }
  Tape<float> tape;
  float error = 0, steepness = 0;
  for (int step = 0; step < 1500; ++step) {
    tape.clear();
    // [penalty]
    const auto x = tape.variable(random.uniform<float>({64, 1}, -3, 3));
    const auto slope = grad(sum(network(x)), {x})[0];  // dy/dx at every point, on the tape
    const auto penalty = mean(square(slope));
    const auto loss = mse(network(tape.constant(points)), tape.constant(values)) + weight * penalty;
    adam.step(tape.backward(loss));  // goes through the gradient as through anything else
    // [end penalty]
    error = loss.item() - weight * penalty.item();
    steepness = penalty.item();
  }
  return {error, steepness};
}

}  // namespace

int main() {
  const auto [error, steepness] = fitted(0);
  const auto [smooth_error, smooth_steepness] = fitted(0.05f);
  std::printf("without: mean squared error %.4f, slope %.3f\n", error, steepness);
  std::printf("with:    mean squared error %.4f, slope %.3f\n", smooth_error, smooth_steepness);
  return smooth_steepness < 0.7f * steepness && smooth_error < 0.2f ? 0 : 1;
}
