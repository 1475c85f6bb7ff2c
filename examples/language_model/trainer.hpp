// Trainer: one optimiser step after the other through a text.
#pragma once

#include <memory>
#include <vector>

#include "engram/core/safetensors.hpp"
#include "engram/core/shards.hpp"
#include "engram/examples/language_model/batches.hpp"
#include "engram/examples/language_model/learning_rate.hpp"
#include "engram/examples/language_model/model.hpp"
#include "engram/optim/optimizer.hpp"

namespace engram::language_model {

/// The optimiser that the settings name, of all parameters of the model.
std::unique_ptr<optim::Optimizer<float>> make_optimizer(const Settings& settings,
                                                        LanguageModel& model);

/// Truncated backpropagation through time: the text is read in lanes, `steps` tokens at a time,
/// and the state goes on from chunk to chunk, but the gradient does not. The batch is cut into
/// shards; what comes out depends on their number and never on the number of threads.
class Trainer {
 public:
  /// Refers to the model and the text. Throws `BadData` for a text shorter than a batch.
  Trainer(const Settings& settings, LanguageModel& model, std::span<const std::int32_t> text,
          const Workers& workers);

  struct Step {
    double loss;           ///< nats a token, before the step
    double gradient_norm;  ///< before clipping
    std::int64_t tokens;
  };
  /// Reads the next chunk and changes the weights. Throws `Error` when the loss or the gradient
  /// is no longer finite, with the weights as they were.
  Step step();

  Index chunks() const { return lanes_.chunks(); }
  bool epoch_done() const { return position_.chunk == chunks(); }
  /// Begins the next epoch, from a zero state. The loss is empty when nothing is held out.
  void end_epoch(std::optional<double> held_out_loss);

  Position& position() { return position_; }
  /// The tapes and threads, for other work between two steps.
  Shards<float>& shards() { return shards_; }

  /// All that is needed to go on from here to the same bits, added to a file or taken from one.
  void save(files::Tensors& file) const;
  /// Throws `Error` for a file that does not fit the model and the settings.
  void restore(const files::Tensors& file);

 private:
  Settings settings_;
  LanguageModel& model_;
  Lanes lanes_;
  Shards<float> shards_;
  std::unique_ptr<optim::Optimizer<float>> optimizer_;
  LearningRate learning_rate_;
  Position position_;
  std::vector<Carried> carried_;  ///< of each shard, empty at the start of an epoch
};

}  // namespace engram::language_model
