// The model that is measured: an embedding, an LSTM and a readout over all tokens.
#pragma once

#include "engram/core/random.hpp"
#include "engram/nn/embedding.hpp"
#include "engram/nn/linear.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/tests/bench/bench.hpp"

namespace engram::bench {

class Model {
 public:
  using value_type = float;
  using State = nn::LstmState<Var<float>>;

  /// The weights are the same in every system that is measured (tests/bench/pytorch_peer.py).
  Model(const Sizes& sizes, bool fused);

  struct Output {
    Var<float> y;  ///< [T * B, H], what the readout reads
    State state;
  };
  Output operator()(Tape<float>& tape, const Indices& tokens, const State& state) const;

  void visit(auto&& f) {
    f("embedding", embedding);
    f("lstm", lstm);
    f("readout", readout);
  }

  nn::Embedding<float> embedding;
  nn::Lstm<float> lstm;
  nn::Linear<float> readout;

 private:
  Model(const Sizes& sizes, bool fused, Random&& random);
};

/// The text that every system learns: lanes of tokens, cut into chunks.
class Text {
 public:
  explicit Text(const Sizes& sizes);
  /// Tokens [T, lanes] of lanes [begin, begin + lanes) at `step`, moved on by `shift` tokens.
  Indices chunk(Index step, Index begin, Index lanes, Index shift) const;

 private:
  static constexpr Index kChunks = 8;
  Sizes sizes_;
  std::vector<std::int32_t> tokens_;
};

}  // namespace engram::bench
