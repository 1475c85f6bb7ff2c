#pragma once

#include <optional>

#include "engram/ops/losses/reduction.hpp"

namespace engram {

struct CrossEntropyOptions {
  Reduction reduction = Reduction::mean;
  /// A target that marks a place without a prediction (padding): it costs nothing and does not
  /// count in the mean.
  std::optional<std::int32_t> ignore_index = std::nullopt;
  /// The part of each target that is spread over all classes alike, in [0, 1].
  double label_smoothing = 0;
  /// What each class counts for, [V]; empty: 1.
  Array<double> class_weights{};
  /// Of `cross_entropy` and `nll`: the axis of the logits along which the classes are.
  int axis = -1;
};

/// The cross-entropy, in nats, between class labels and the softmax of logits.
///
/// Shapes:     logits x [..., V], or with V classes on another `axis`, targets [...] with values in
///             [0, V); the result is a scalar, or [...] for `Reduction::none`
/// Forward:    y = Σ -Σ_v q_v ln softmax(x)_v with q_v = w_v ((1 - ε) [v = target] + ε / V), ε the
///             label smoothing and w the class weights; so Σ (ln Σ_v exp x_v - x_target) without
///             them. The mean divides by Σ w_target, the number of targets without weights
/// Derivative: dx = dy (softmax(x) Σ_v q_v - q), divided likewise
/// Saves:      ln Σ exp x of each row
/// Order:      any
/// Accuracy:   4 ulp of x - max x and 1; derivatives 4 ulp of x - max x
/// Throws:     `Error` when the shapes do not fit, for a target out of range (which, and where),
///             smoothing outside [0, 1], weights that are negative or not finite, and for a mean
///             over no targets or over targets that weigh nothing
/// Source:     J. Bridle (1990), as `softmax`; C. Szegedy et al. (2016), "Rethinking the inception
///             architecture for computer vision", section 7, for label smoothing
template <class T>
Var<T> cross_entropy(const Var<T>& logits, const Indices& targets,
                     const CrossEntropyOptions& options = {}, Site site = Site::current());

}  // namespace engram
