// Trains an LSTM to add: it sees numbers one at a time and says after each what the sum is so far.
#include <cstdio>

#include "engram/engram.hpp"

using namespace engram;

int main() {
  // [train]
  Random random{1};
  nn::Lstm<float> lstm{{.input = 1, .hidden = 16}, random};
  nn::Linear<float> readout{{.in = 16, .out = 1}, random};
  optim::Adam<float> adam{parameters(lstm, readout), {.learning_rate = 1e-2}};
  Tape<float> tape;
  float error = 0;
  for (int step = 0; step < 600; ++step) {
    const Array<float> x = random.uniform<float>({10, 32, 1}, -0.5f, 0.5f);  // [T, B, 1]
    Array<float> sums = x;
    for (Index i = 32; i < x.size(); ++i) sums.edit()[i] += sums[i - 32];  // along T

    tape.clear();
    const auto [h, state] = lstm(tape.constant(x));  // h [T, B, 16]
    const auto loss = mse(readout(h), tape.constant(sums));
    adam.step(tape.backward(loss));
    error = loss.item();
    if (step % 100 == 99) std::printf("step %3d  mean squared error %.5f\n", step + 1, error);
  }
  // [end train]
  return error < 0.01f ? 0 : 1;
}
