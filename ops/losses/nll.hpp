#pragma once

#include "engram/ops/losses/cross_entropy.hpp"

namespace engram {

/// The negative log-likelihood of class labels under given log-probabilities: `cross_entropy` where
/// `log_softmax` has been taken already.
///
/// Shapes:     as `cross_entropy`, of log-probabilities x
/// Forward:    y = -Σ w_target x_target, w the class weights; the mean divides by Σ w_target
/// Derivative: dx = -dy w_target onehot(target), divided likewise
/// Saves:      targets
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     as `cross_entropy`, and `Error` for label smoothing
/// Source:     PyTorch, "torch.nn.NLLLoss"
template <class T>
Var<T> nll(const Var<T>& x, const Indices& targets, const CrossEntropyOptions& options = {},
           Site site = Site::current());

}  // namespace engram
