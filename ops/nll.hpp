#pragma once

#include "engram/ops/cross_entropy.hpp"

namespace engram {

/// The negative log-likelihood of class labels under given log-probabilities: `cross_entropy` where
/// `log_softmax` has been taken already.
///
/// Shapes:     log-probabilities x [..., V], targets [...] with values in [0, V); the result is a
///             scalar
/// Forward:    y = -Σ x_target, divided by the number of targets for the mean
/// Derivative: dx = -dy onehot(target), divided likewise
/// Saves:      targets
/// Order:      any
/// Throws:     as `cross_entropy`
/// Source:     PyTorch, "torch.nn.NLLLoss"
template <class T>
Var<T> nll(const Var<T>& x, const Indices& targets, const CrossEntropyOptions& options = {},
           Site site = Site::current());

}  // namespace engram
