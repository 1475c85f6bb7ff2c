#pragma once

#include <cmath>
#include <limits>

#include "engram/core/within.hpp"
#include "engram/ops/activations/relu.hpp"
#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/elementwise/greater.hpp"
#include "engram/ops/elementwise/where.hpp"
#include "engram/ops/losses/pairs.hpp"
#include "engram/ops/losses/reduction.hpp"
#include "engram/ops/reductions/norm.hpp"
#include "engram/ops/shapes/broadcast_to.hpp"

namespace engram {

/// The cosine of the angle between vectors along an axis; -1 is the last.
///
/// Shapes:     a and b broadcast together; the axis vanishes
/// Forward:    y = Σ a b / (max(‖a‖, eps) max(‖b‖, eps)): 0 for a vector of zeros
/// Derivative: da = dy (b / (‖a‖ ‖b‖) - y a / ‖a‖²), without the second term where ‖a‖ < eps; db
///             likewise
/// Saves:      a, b, their norms and a / ‖a‖, b / ‖b‖: it is a composition
/// Order:      any
/// Accuracy:   4 ulp of x; derivatives 8 ulp of x
/// Throws:     `Error` when the shapes do not broadcast, and for an axis that is not there
/// Source:     PyTorch, "torch.nn.CosineSimilarity"
template <class T>
Var<T> cosine_similarity(const Var<T>& a, const Var<T>& b, int axis = -1,
                         std::type_identity_t<T> eps = T(1e-8), Site site = Site::current()) {
  return within("cosine_similarity", a, site, [&] {
    const Shape shape = broadcast(a.shape(), b.shape());
    constexpr T kNoLimit = std::numeric_limits<T>::infinity();
    const auto unit = [&](const Var<T>& x) {
      const Var<T> whole = x.shape() == shape ? x : broadcast_to(x, shape);
      return whole / clamp(norm(whole, {axis}, true, 2), eps, kNoLimit);
    };
    const Var<T> cosine = sum(unit(a) * unit(b), {axis}, false);
    // What rounding adds beyond 1 is taken off as a constant: the slope is the cosine's.
    Array<T> beyond(cosine.shape());
    const Array<T> values = cosine.value();
    for (Index i = 0; i < beyond.size(); ++i) {
      if (std::abs(values[i]) > 1) beyond.edit()[i] = std::copysign(T{1}, values[i]) - values[i];
    }
    return cosine + a.tape().constant(std::move(beyond));
  });
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
/// Accuracy:   4 ulp of x and 1; derivatives 8 ulp of x
/// Throws:     `Error` for scalars, for shapes that differ, and without any values
/// Source:     PyTorch, "torch.nn.CosineEmbeddingLoss"
template <class T>
Var<T> cosine_loss(const Var<T>& a, const Var<T>& b, const Var<T>& targets,
                   std::type_identity_t<T> margin = 0, Reduction reduction = Reduction::mean,
                   Site site = Site::current()) {
  return within("cosine_loss", a, site, [&] {
    check_pairs(a, b);
    const Var<T> cosine = cosine_similarity(a, b, -1, T(1e-8));
    check_pairs(cosine, targets);
    const Var<T> losses = where(greater(targets, 0), 1 - cosine, relu(cosine - margin));
    return reduced(losses, reduction);
  });
}

}  // namespace engram
