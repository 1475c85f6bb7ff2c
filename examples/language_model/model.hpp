// The model: an embedding, an LSTM, and a readout to all tokens.
#pragma once

#include <optional>
#include <vector>

#include "engram/core/module.hpp"
#include "engram/core/random.hpp"
#include "engram/nn/adaptive_softmax.hpp"
#include "engram/nn/embedding.hpp"
#include "engram/nn/linear.hpp"
#include "engram/nn/lstm.hpp"

namespace engram::language_model {

/// The state of all layers between two chunks, off the tape.
using Carried = nn::LstmState<Array<float>>;

struct ModelOptions {
  Index vocabulary, embedding, hidden, layers = 1;
  bool tied = false;   ///< the readout's weights are the embedding's (Press and Wolf, 2017)
  double dropout = 0;  ///< after the embedding, between layers and after the last one
  double init = 0;     ///< weight matrices start uniform in +-init; 0: each layer's own way
  std::vector<Index> cutoffs{};  ///< of an adaptive softmax; none: a full one
};

class LanguageModel {
 public:
  using value_type = float;
  using State = nn::LstmState<Var<float>>;

  LanguageModel(const ModelOptions& options, Random& random);

  struct Output {
    Var<float> h;  ///< [T * B, H], what the readout reads
    State state;
  };
  /// Reads tokens [T, B]. `random` draws the dropout; without it there is none.
  Output operator()(Tape<float>& tape, const Indices& tokens, const State& state = {},
                    Random* random = nullptr) const;
  /// The logits [T * B, V] of the token after each; of an adaptive softmax, ln p.
  Var<float> logits(const Var<float>& h) const;
  /// The mean cross-entropy of `next` [T * B], the tokens after each, in nats.
  Var<float> loss(const Var<float>& h, const Indices& next) const;

  const ModelOptions& options() const { return options_; }

  void visit(auto&& f) {
    f("embedding", embedding);
    f("lstm", lstm);
    if (readout) f("readout", *readout);
    if (adaptive) f("adaptive", *adaptive);
    if (options_.tied) f("readout_b", readout_b);
  }

  nn::Embedding<float> embedding;
  nn::Lstm<float> lstm;
  // One of the three.
  std::optional<nn::Linear<float>> readout;
  std::optional<nn::AdaptiveSoftmax<float>> adaptive;
  Param<float> readout_b;  ///< of a tied readout

 private:
  ModelOptions options_;
};

}  // namespace engram::language_model
