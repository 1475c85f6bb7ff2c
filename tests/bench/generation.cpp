// Generation: one token after the other, each the most probable after the one before.
#include "engram/core/module.hpp"
#include "engram/tests/bench/model.hpp"

namespace engram::bench {
namespace {

class Generation {
 public:
  Generation(const Sizes& sizes, int threads)
      : sizes_(sizes), model_(sizes, false), workers_(threads) {
    tape_.use(&workers_);
  }

  void step() {
    tape_.clear();
    const auto [y, next] =
        model_(tape_, token_, state_.empty() ? Model::State{} : nn::on(tape_, state_));
    state_ = nn::values(next);
    const Array<float> scores = model_.readout(y).value();
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    token_ = Indices({1, 1}, {static_cast<std::int32_t>(best)});
    if (written_.size() < kWritten) written_.push_back(token_[0]);
  }

  /// The first tokens, so that all systems are seen to write the same.
  const std::vector<std::int32_t>& written() const { return written_; }

  /// Weights that a token needs: all but the embeddings of other tokens.
  Index weights_read() {
    return count_parameters(model_) - (sizes_.vocabulary - 1) * sizes_.hidden;
  }

 private:
  static constexpr std::size_t kWritten = 20;

  Sizes sizes_;
  Model model_;
  Workers workers_;
  Tape<float> tape_;
  NoRecord<float> values_only_{tape_};
  nn::LstmState<Array<float>> state_;
  Indices token_{Shape{1, 1}};
  std::vector<std::int32_t> written_;
};

}  // namespace

Json generate(const Options& options) {
  Generation generation(generation_sizes(options.config), options.threads);
  const auto seconds = times(options.seconds, 50, [&] { generation.step(); });
  const auto microseconds = [&](double at) { return 1e6 * quantile(seconds, at); };
  // With one sequence every weight is read for one multiplication, so that what bounds a token is
  // not arithmetic but reading them, from whichever cache they fit in.
  const double floor = seconds_to_read(generation.weights_read(), options.threads);
  return {{"tokens_per_second", 1 / quantile(seconds, 0.5)},
          {"latency_us",
           {{"p50", microseconds(0.5)}, {"p90", microseconds(0.9)}, {"p99", microseconds(0.99)}}},
          {"floor_us", 1e6 * floor},
          {"written", generation.written()},
          {"library", "engram"}};
}

}  // namespace engram::bench
