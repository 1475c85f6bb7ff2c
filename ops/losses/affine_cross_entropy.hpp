#pragma once

#include "engram/core/var.hpp"
#include "engram/ops/losses/cross_entropy.hpp"

namespace engram {

/// cross_entropy(affine(x, w, b), targets, options) as one operation: for many classes it is faster
/// and takes half the memory, since the logits' gradient never exists as a whole. With
/// `transposed`, w is [V, k]: an embedding that is the readout too.
///
/// Shapes:     x [..., k], w [k, V], b [V], targets [...] with values in [0, V); a scalar results,
///             or [...] for `Reduction::none`, which computes all logits
/// Forward:    y = Σ (ln Σ_v exp l_v - l_target) for l = x w + b, divided by the number of targets
///             for the mean; smoothing and weights as in `cross_entropy`
/// Derivative: dl as the derivative of `cross_entropy` by its logits; dx = dl wᵀ, dw = xᵀ dl,
///             db = Σ dl
/// Saves:      l, and ln Σ exp l of each row
/// Order:      any
/// Accuracy:   128 ulp of x and 1; derivatives 64 ulp of dy
/// Throws:     `Error` as `affine` and `cross_entropy` do
/// Source:     J. Bridle (1990), as `softmax`
template <class T>
Var<T> affine_cross_entropy(const Var<T>& x, const Var<T>& w, const Var<T>& b,
                            const Indices& targets, const CrossEntropyOptions& options = {},
                            bool transposed = false, Site site = Site::current());

}  // namespace engram
