#pragma once

#include <limits>

#include "engram/ops/broadcast_to.hpp"
#include "engram/ops/clamp.hpp"
#include "engram/ops/greater.hpp"
#include "engram/ops/reduction.hpp"
#include "engram/ops/relu.hpp"
#include "engram/ops/sqrt.hpp"
#include "engram/ops/where.hpp"

namespace engram {

/// The cosine of the angle between vectors along an axis; -1 is the last.
///
/// Shapes:     a and b broadcast together; the axis vanishes
/// Forward:    y = Σ a b / (max(‖a‖, eps) max(‖b‖, eps)): 0 for a vector of zeros
/// Derivative: da = dy (b / (‖a‖ ‖b‖) - y a / ‖a‖²), without the second term where ‖a‖ < eps; db
///             likewise
/// Saves:      a, b, their squares, sums and norms: it is a composition
/// Order:      any
/// Throws:     `Error` when the shapes do not broadcast, and for an axis that is not there
/// Source:     PyTorch, "torch.nn.CosineSimilarity"
template <class T>
Var<T> cosine_similarity(const Var<T>& a, const Var<T>& b, int axis = -1,
                         std::type_identity_t<T> eps = T(1e-8), Site site = Site::current()) {
  const Var<T> products = mul(a, b, site);
  const auto reciprocal_norm = [&](const Var<T>& x) {
    const bool whole = x.shape() == products.shape();
    const Var<T> squares = square(whole ? x : broadcast_to(x, products.shape(), site), site);
    // The square is held above eps², not the root above eps: the root has an infinite slope at 0.
    return rsqrt(clamp(sum(squares, {axis}, false, site), eps * eps,
                       std::numeric_limits<T>::infinity(), site),
                 site);
  };
  const Var<T> norms = mul(reciprocal_norm(a), reciprocal_norm(b), site);
  return mul(sum(products, {axis}, false, site), norms, site);
}

/// The mean loss of pairs of vectors that are to point the same way, or not.
///
/// Shapes:     a and b [..., n] broadcast together; the targets broadcast with [...]; the result is
///             a scalar, or [...] for `Reduction::none`
/// Forward:    y = mean(l), l = 1 - cos where the target is greater than 0, max(0, cos - margin)
///             elsewhere, where cos = cosine_similarity(a, b)
/// Derivative: that of the parts; the targets have none
/// Saves:      as `cosine_similarity`
/// Order:      any
/// Throws:     as `cosine_similarity`, and `Error` when the targets do not broadcast, or without
///             any values
/// Source:     PyTorch, "torch.nn.CosineEmbeddingLoss"
template <class T>
Var<T> cosine_loss(const Var<T>& a, const Var<T>& b, const Var<T>& targets,
                   std::type_identity_t<T> margin = 0, Reduction reduction = Reduction::mean,
                   Site site = Site::current()) {
  return within("cosine_loss", site, [&] {
    const Var<T> cosine = cosine_similarity(a, b, -1, T(1e-8), site);
    const Var<T> losses = where(greater(targets, 0, site), sub(1, cosine, site),
                                relu(sub(cosine, margin, site), site), site);
    return reduced(losses, reduction, site);
  });
}

}  // namespace engram
