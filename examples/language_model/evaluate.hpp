// The loss of a model on a text.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "engram/core/shards.hpp"
#include "engram/examples/language_model/model.hpp"

namespace engram::language_model {

struct Evaluation {
  double loss;          ///< nats a token
  std::int64_t tokens;  ///< predictions: all tokens but the first
  double tokens_per_second;
};

/// The mean loss over every prediction in `stream`, which is read in `lanes` lanes (fewer for a
/// short one), each from a zero state that is carried to its end. Empty when `stop` says so
/// between two chunks. Throws `BadData` for a stream of fewer than two tokens.
std::optional<Evaluation> evaluate(const LanguageModel& model, std::span<const std::int32_t> stream,
                                   Index lanes, Index steps, Shards<float>& shards,
                                   const std::function<bool()>& stop = {});

}  // namespace engram::language_model
