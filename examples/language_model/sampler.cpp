#include "engram/examples/language_model/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engram/core/error.hpp"

namespace engram::language_model {

std::int32_t Sampler::choose(std::span<const float> logits) {
  const auto logit = [&](std::int32_t id) {
    return static_cast<double>(logits[static_cast<std::size_t>(id)]);
  };
  order_.resize(logits.size());
  std::iota(order_.begin(), order_.end(), 0);
  if (excluded_ && logits.size() > 1) order_.erase(order_.begin() + *excluded_);
  if (std::ranges::any_of(order_, [&](std::int32_t id) { return !std::isfinite(logit(id)); })) {
    fail("the model's logits are not finite: its weights are spoilt; train with a smaller ",
         "--learning-rate or --clip");
  }

  // The most probable tokens first, as many of them as can be chosen.
  const auto before = [&](std::int32_t a, std::int32_t b) {
    return logit(a) != logit(b) ? logit(a) > logit(b) : a < b;
  };
  auto kept = order_.size();
  if (options_.greedy) kept = 1;
  if (options_.top_k > 0) kept = std::min(kept, static_cast<std::size_t>(options_.top_k));
  std::partial_sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(kept),
                    order_.end(), before);
  order_.resize(kept);
  if (kept == 1) return order_[0];

  weights_.resize(kept);
  const double largest = logit(order_[0]);
  for (std::size_t k = 0; k < kept; ++k) {
    weights_[k] = std::exp((logit(order_[k]) - largest) / options_.temperature);
  }
  double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  if (options_.top_p < 1) {
    const double enough = options_.top_p * total;
    double reached = 0;
    std::size_t k = 0;
    while (k < kept && reached < enough) reached += weights_[k++];
    weights_.resize(std::max<std::size_t>(k, 1));
    total = reached;
  }

  double draw = random_.uniform() * total;
  for (std::size_t k = 0; k + 1 < weights_.size(); ++k) {
    draw -= weights_[k];
    if (draw < 0) return order_[k];
  }
  return order_[weights_.size() - 1];
}

}  // namespace engram::language_model
