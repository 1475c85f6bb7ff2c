// Sampler: the choice of the next token from a model's logits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engram/core/random.hpp"

namespace engram::language_model {

struct SamplerOptions {
  double temperature = 1;  ///< logits are divided by it: below 1 likely tokens come more often,
                           ///< above 1 unlikely ones do
  std::int64_t top_k = 0;  ///< only the k most probable tokens; 0: all
  double top_p = 1;        ///< only the most probable ones that together reach p
  bool greedy = false;     ///< the most probable token, always
};

class Sampler {
 public:
  Sampler(const SamplerOptions& options, Random random) : options_(options), random_(random) {}

  /// Never choose this token.
  void exclude(std::int32_t token) { excluded_ = token; }

  /// The number of a token, drawn by softmax(logits / temperature) from what top-k leaves of all
  /// tokens and then top-p of those. Of equal logits the lower number counts as more probable.
  std::int32_t choose(std::span<const float> logits);

 private:
  SamplerOptions options_;
  Random random_;
  std::optional<std::int32_t> excluded_;
  std::vector<std::int32_t> order_;
  std::vector<double> weights_;
};

}  // namespace engram::language_model
