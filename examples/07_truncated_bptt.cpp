// Truncated backpropagation through time: a long sequence in pieces, with the state carried on.
// The network predicts the next value of a wave with a slow beat, which one piece does not show.
#include <cmath>
#include <cstdio>

#include "engram/engram.hpp"

using namespace engram;

namespace {

// x[t] for t in [begin, begin + steps) as [T, 1, 1].
Array<float> wave(Index begin, Index steps) {
  Array<float> out({steps, 1, 1});
  for (Index k = 0; k < steps; ++k) {
    const auto t = static_cast<float>(begin + k);
    out.edit()[k] = std::sin(0.5f * t) * std::cos(0.03f * t);
  }
  return out;
}

}  // namespace

int main() {
  Random random{1};
  nn::Lstm<float> lstm{{.input = 1, .hidden = 24}, random};
  nn::Linear<float> readout{{.in = 24, .out = 1}, random};
  optim::Adam<float> adam{parameters(lstm, readout), {.learning_rate = 5e-3}};
  Tape<float> tape;
  double total = 0;
  for (int epoch = 0; epoch < 20; ++epoch) {
    total = 0;
    // [chunks]
    nn::LstmState<Array<float>> carried;  // empty: zeros
    for (Index begin = 0; begin < 1000; begin += 20) {
      tape.clear();
      const auto x = tape.constant(wave(begin, 20)), next = tape.constant(wave(begin + 1, 20));
      const auto [h, state] = lstm(x, nn::on(tape, carried));
      const auto loss = mse(readout(h), next);
      auto gradients = tape.backward(loss);
      optim::clip_global_norm(gradients, 1.0f);
      adam.step(gradients);
      carried = nn::values(state);  // the numbers go on, the history does not
      total += loss.item();
    }
    // [end chunks]
    if (epoch % 5 == 4) std::printf("epoch %2d  mean squared error %.5f\n", epoch + 1, total / 50);
  }
  return total / 50 < 0.01 ? 0 : 1;
}
