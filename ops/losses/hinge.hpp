#pragma once

#include "engram/core/within.hpp"
#include "engram/ops/activations/relu.hpp"
#include "engram/ops/losses/pairs.hpp"
#include "engram/ops/losses/reduction.hpp"

namespace engram {

/// The mean hinge loss: what a score x lacks to be on the right side by the margin.
///
/// Shapes:     scores x and targets t (1 or -1), as `mse`
/// Forward:    y = mean(max(0, margin - t x))
/// Derivative: dx = -dy t / n where t x < margin, 0 elsewhere; dt likewise
/// Saves:      t x
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for shapes that differ, or hold no values
/// Source:     C. Cortes and V. Vapnik (1995), "Support-vector networks"
template <class T>
Var<T> hinge(const Var<T>& x, const Var<T>& targets, std::type_identity_t<T> margin = 1,
             Reduction reduction = Reduction::mean, Site site = Site::current()) {
  return within("hinge", x, site, [&] {
    check_pairs(x, targets);
    return reduced(relu(margin - x * targets), reduction);
  });
}

}  // namespace engram
