// Runs an LSTM written out by hand beside the layer of the library, and shows that they agree.
#include "engram/examples/lstm_by_hand/lstm_by_hand.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace engram;

int main() {
  Random random{1};
  const nn::Lstm<double> layer{{.input = 3, .hidden = 4}, random};
  const auto by_hand = by_hand::taken_apart(layer.layers[0]);

  Tape<double> tape;
  const auto x = tape.constant(random.normal<double>({6, 1, 3}));  // [T, B, in]
  const auto y = layer(x).y;                                       // [T, B, H]

  const auto zero = tape.constant(Array<double>({1, 4}));
  by_hand::Lstm<double>::State state{zero, zero};
  double worst = 0;
  for (Index t = 0; t < x.extent(0); ++t) {
    state = by_hand.step(select(x, 0, t), state);
    const Array<double> h = state.h.value(), expected = select(y, 0, t).value();
    std::printf("t %lld  h", static_cast<long long>(t));
    for (Index k = 0; k < h.size(); ++k) {
      std::printf(" %+.4f", h[k]);
      worst = std::max(worst, std::abs(h[k] - expected[k]));
    }
    std::puts("");
  }
  std::printf("largest difference from nn::Lstm: %.1e\n", worst);
  return worst < 1e-12 ? 0 : 1;
}
