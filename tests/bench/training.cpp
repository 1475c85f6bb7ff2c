// Training: truncated backpropagation through time, one shard a thread.
#include "engram/core/module.hpp"
#include "engram/core/shards.hpp"
#include "engram/optim/clip.hpp"
#include "engram/optim/sgd.hpp"
#include "engram/tests/bench/model.hpp"

namespace engram::bench {
namespace {

class Training {
 public:
  Training(const Sizes& sizes, bool fused, int threads)
      : sizes_(sizes),
        model_(sizes, fused),
        text_(sizes),
        workers_(threads),
        shards_(kShards, workers_),
        states_(kShards),
        sgd_(parameters(model_), {.learning_rate = 0.1}) {}

  float step() {
    auto result = shards_.run([&](int shard, Tape<float>& tape) {
      const Index begin = sizes_.batch * shard / kShards;
      const Index lanes = sizes_.batch * (shard + 1) / kShards - begin;
      auto& state = states_[static_cast<std::size_t>(shard)];
      const auto [y, next] = model_(tape, text_.chunk(steps_, begin, lanes, 0),
                                    state.empty() ? Model::State{} : nn::on(tape, state));
      state = nn::values(next);
      const Indices targets = text_.chunk(steps_, begin, lanes, 1);
      const Var<float> loss =
          model_.readout.cross_entropy(y, Indices({targets.size()}, targets.values()));
      return loss * (static_cast<float>(lanes) / static_cast<float>(sizes_.batch));
    });
    optim::clip_global_norm(result.gradients, 5.0, &workers_);
    sgd_.step(result.gradients, &workers_);
    ++steps_;
    return result.loss;
  }

  std::size_t peak_bytes() {
    std::size_t sum = 0;
    for (int k = 0; k < kShards; ++k) sum += shards_.tape(k).pool().usage().peak;
    return sum;
  }

 private:
  static constexpr int kShards = 2;  // whatever the threads: the bits do not depend on them

  Sizes sizes_;
  Model model_;
  Text text_;
  Workers workers_;
  Shards<float> shards_;
  std::vector<nn::LstmState<Array<float>>> states_;
  optim::Sgd<float> sgd_;
  Index steps_ = 0;
};

}  // namespace

Json train(const Options& options) {
  if (options.system == "gemm-floor") return floor(options);
  if (options.system != "engram" && options.system != "engram-fused") {
    fail("--system ", options.system, " is not known; engram, engram-fused and gemm-floor are");
  }
  Sizes sizes = training_sizes(options.config);
  if (options.steps > 0) sizes.steps = options.steps;
  Training training(sizes, options.system == "engram-fused", options.threads);
  float loss = 0;
  for (int k = 0; k < 5; ++k) loss = training.step();
  const auto seconds = times(options.seconds, 0, [&] { training.step(); });
  const double tokens = static_cast<double>(sizes.batch * sizes.steps);
  return {{"tokens_per_second", tokens / quantile(seconds, 0.5)},
          {"loss", loss},
          {"peak_bytes", training.peak_bytes()},
          {"library", "engram"}};
}

}  // namespace engram::bench
