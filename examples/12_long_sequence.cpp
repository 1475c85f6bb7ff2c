// An LSTM over 10,000 steps in the memory of a few: values are computed again when they are needed.
#include <cstdio>

#include "engram/engram.hpp"

using namespace engram;

namespace {

struct Run {
  std::size_t bytes;
  Array<float> gradient;
};

Run run(Index budget) {
  Random random{1};
  // [budget]
  const nn::Lstm<float> lstm{{.input = 4, .hidden = 32, .checkpoint_bytes = budget}, random};
  const Array<float> inputs = random.normal<float>({10'000, 4, 4});  // [T, B, in]
  Tape<float> tape;
  const auto [y, state] = lstm(tape.constant(inputs));
  const auto gradients = tape.backward(sum(square(state.h.back())));
  // [end budget]
  return {tape.pool().usage().peak, gradients[lstm.layers[0].w_hh]};
}

}  // namespace

int main() {
  const Run all = run(0), within = run(8'000'000);
  const auto megabytes = [](std::size_t bytes) { return static_cast<double>(bytes) / 1e6; };
  std::printf("all values kept:        %6.1f MB\n", megabytes(all.bytes));
  std::printf("8 MB for steps at work: %6.1f MB, outputs and their gradients among them\n",
              megabytes(within.bytes));
  const bool same = std::equal(all.gradient.begin(), all.gradient.end(), within.gradient.begin());
  std::printf("the gradients have %s bits\n", same ? "the same" : "other");
  return same && within.bytes < all.bytes / 2 ? 0 : 1;
}
