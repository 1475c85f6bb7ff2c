#pragma once

#include <span>

#include "engram/core/var.hpp"
#include "engram/ops/losses/cross_entropy.hpp"

namespace engram {

/// A cluster of rare classes: their logits are (x projection) w + b.
template <class T>
struct AdaptiveTail {
  Var<T> projection;  ///< [k, d], d smaller the rarer they are
  Var<T> w, b;        ///< [d, classes of the cluster] and [classes of the cluster]
};

/// A softmax in two steps over V classes that are numbered by falling frequency. The head knows the
/// classes below cutoffs[0], and each tail as one more; tail k knows the classes from cutoffs[k] to
/// the next cutoff, the last one to V. It refers to memory of the caller's.
template <class T>
struct AdaptiveReadout {
  std::span<const Index> cutoffs;  ///< ascending, one to a tail
  Var<T> w, b;  ///< of the head: [k, cutoffs[0] + tails] and [cutoffs[0] + tails]
  std::span<const AdaptiveTail<T>> tails;
};

/// The cross-entropy, in nats, between class labels and an adaptive softmax of x. Only the rows
/// whose target is in a cluster meet its weights, which saves most of a large softmax.
///
/// Shapes:     x [..., k], targets [...] with values in [0, V); the result is a scalar, or [...]
/// for
///             `Reduction::none`
/// Forward:    y = Σ -ln p(target), divided by the number of targets for the mean; p(v) = head(v)
///             below the first cutoff, else head(cluster of v) tail(v), each a softmax
/// Derivative: as of `gather_rows`, `matmul` and `affine_cross_entropy`, which it consists of
/// Saves:      the logits that were computed
/// Order:      any
/// Accuracy:   128 ulp of x and 1; derivatives 64 ulp of dy
/// Throws:     `Error` when the shapes and cutoffs do not fit, for a target out of range (which,
///             and where), a mean over no targets, and for label smoothing and class weights
/// Source:     É. Grave, A. Joulin, M. Cissé, D. Grangier and H. Jégou (2017), "Efficient softmax
///             approximation for GPUs", ICML; PyTorch's AdaptiveLogSoftmaxWithLoss
template <class T>
Var<T> adaptive_cross_entropy(const Var<T>& x, const AdaptiveReadout<T>& readout,
                              const Indices& targets, const CrossEntropyOptions& options = {},
                              Site site = Site::current());

/// ln p of all V classes under the same softmax: [..., V] for x [..., k]. Throws likewise.
template <class T>
Var<T> adaptive_log_softmax(const Var<T>& x, const AdaptiveReadout<T>& readout,
                            Site site = Site::current());

}  // namespace engram
