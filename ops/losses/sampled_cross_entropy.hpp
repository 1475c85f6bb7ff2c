#pragma once

#include <span>
#include <vector>

#include "engram/core/random.hpp"
#include "engram/core/var.hpp"
#include "engram/ops/losses/cross_entropy.hpp"

namespace engram {

/// Classes drawn independently from a distribution Q, to stand for all.
struct Candidates {
  Indices classes;                ///< [S]
  Array<double> expected_counts;  ///< S Q(class) of each, [S]
};

/// `count` classes drawn from Q(c) = ln((c + 2) / (c + 1)) / ln(V + 1), close to Zipf's law for
/// classes that are numbered by falling frequency. Throws `Error` unless both are above 0.
Candidates log_uniform_candidates(Index classes, Index count, Random& random);

/// Draws classes in proportion to weights: how often each occurs, or a power of it.
class UnigramCandidates {
 public:
  /// Throws `Error` unless the weights are finite, 0 or more, and not all 0.
  explicit UnigramCandidates(std::span<const double> weights);
  /// Throws `Error` unless `count` is above 0.
  Candidates draw(Index count, Random& random) const;

 private:
  std::vector<double> sums_;  ///< of the weights up to each class
};

/// The cross-entropy, in nats, estimated from a few candidates in place of all V classes: for
/// training; `affine_cross_entropy` with `transposed` evaluates.
///
/// Shapes:     x [..., k], w [V, k], b [V], targets [...] with values in [0, V); a scalar results,
///             or [...] for `Reduction::none`
/// Forward:    y = Σ (ln Z - l_target), divided by the number of targets for the mean, for logits
///             l_v = x · w_v + b_v and Z = exp l_target + Σ_c exp(l_c - ln(S Q(c))) over the S
///             candidates but those that are the target: an unbiased estimate of Σ_v exp l_v
/// Derivative: as of `gather_rows`, `matmul` and `cross_entropy`, which it consists of; by a
///             parameter w or b it stays sparse
/// Saves:      the logits that were computed
/// Order:      any
/// Accuracy:   128 ulp of x and 1; derivatives 64 ulp of dy
/// Throws:     `Error` when the shapes do not fit, for a target or a candidate out of range, for
///             no candidates, a mean over no targets, and for label smoothing and class weights
/// Source:     Y. Bengio and J.-S. Senécal (2008), "Adaptive importance sampling to accelerate
///             training of a neural probabilistic language model"
template <class T>
Var<T> sampled_cross_entropy(const Var<T>& x, const Var<T>& w, const Var<T>& b,
                             const Indices& targets, const Candidates& candidates,
                             const CrossEntropyOptions& options = {}, Site site = Site::current());

}  // namespace engram
