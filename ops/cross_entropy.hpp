#pragma once

#include <optional>

#include "engram/core/var.hpp"

namespace engram {

/// How the losses of many predictions become one number.
enum class Reduction { mean, sum };

struct CrossEntropyOptions {
  Reduction reduction = Reduction::mean;
  /// A target that marks a place without a prediction (padding): it costs nothing and does not
  /// count in the mean.
  std::optional<std::int32_t> ignore_index = std::nullopt;
};

/// The cross-entropy, in nats, between class labels and the softmax of logits.
///
/// Shapes:     logits x [..., V], targets [...] with values in [0, V); the result is a scalar
/// Forward:    y = Σ (ln Σ_v exp x_v - x_target), divided by the number of targets for the mean
/// Derivative: dx = dy (softmax(x) - onehot(target)), divided likewise
/// Saves:      ln Σ exp x of each row
/// Order:      any
/// Throws:     `Error` when the shapes do not fit, for a target out of range (which, and where),
///             and for a mean over no targets
/// Source:     J. Bridle (1990), as `softmax`
template <class T>
Var<T> cross_entropy(const Var<T>& logits, const Indices& targets,
                     const CrossEntropyOptions& options = {}, Site site = Site::current());

}  // namespace engram
