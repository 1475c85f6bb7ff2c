// A training step on an embedding: it should cost what the rows it uses cost, however many there
// are. (What it still costs more in a large table is that its rows are in no cache.)
#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/optim/adam.hpp"
#include "engram/optim/clip.hpp"
#include "engram/optim/sgd.hpp"
#include "engram/tests/bench/bench.hpp"

namespace engram::bench {
namespace {

constexpr Index kWidth = 64, kTokens = 1000, kDrawn = 800;  // the other 200 are repeated
constexpr int kBatches = 32;

std::vector<Indices> draw_batches(Index rows, Random& random) {
  std::vector<Indices> out;
  for (int k = 0; k < kBatches; ++k) {
    Indices tokens = Indices::uninitialized({kTokens});
    std::int32_t* to = tokens.edit();
    for (Index i = 0; i < kTokens; ++i) {
      to[i] = i < kDrawn ? static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(rows)))
                         : to[i - kDrawn];
    }
    out.push_back(std::move(tokens));
  }
  return out;
}

template <class Optimizer>
double seconds_of_step(Index rows, const auto& optimizer_options, double seconds) {
  Random random{1};
  Param<float> table{random.uniform<float>({rows, kWidth}, -1, 1)};
  const std::vector<Indices> batches = draw_batches(rows, random);
  Optimizer optimizer({table}, optimizer_options);
  Tape<float> tape;
  std::size_t steps = 0;
  const auto step = [&] {
    tape.clear();
    const Var<float> x = gather_rows(tape.read(table), batches[steps++ % kBatches]);
    auto gradients = tape.backward(sum(x * x));
    optim::clip_global_norm(gradients, 5.0);
    optimizer.step(gradients);
  };
  return quantile(times(seconds, kBatches, step), 0.5);
}

}  // namespace

Json embedding(const Options& options) {
  const std::vector<Index> rows{10'000, 1'000'000};
  std::vector<double> sgd, adam;
  for (const Index n : rows) {
    sgd.push_back(seconds_of_step<optim::Sgd<float>>(n, optim::SgdOptions{.learning_rate = 0.1},
                                                     options.seconds));
    adam.push_back(
        seconds_of_step<optim::Adam<float>>(n, optim::AdamOptions{.lazy = true}, options.seconds));
  }
  return {{"rows", rows}, {"seconds", {{"sgd", sgd}, {"adam", adam}}}};
}

}  // namespace engram::bench
