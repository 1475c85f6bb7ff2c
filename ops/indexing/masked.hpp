#pragma once

#include <type_traits>

#include "engram/core/var.hpp"

namespace engram {

/// x with one value wherever a mask is not 0. What was there, NaN included, has no influence.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = value where mask ≠ 0, x elsewhere
/// Derivative: dx = 0 where mask ≠ 0, dy elsewhere; none by the mask
/// Saves:      nothing beyond mask
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     PyTorch, "torch.Tensor.masked_fill"
template <class T>
Var<T> masked_fill(const Var<T>& x, const Var<T>& mask, std::type_identity_t<T> value,
                   Site site = Site::current());

/// The elements of x where a mask is not 0, in row-major order. The shape of the result depends on
/// the values of the mask.
///
/// Shapes:     mask broadcasts to x; y is [as many as are selected]
/// Forward:    y = x where mask ≠ 0
/// Derivative: dx = dy there, 0 elsewhere; none by the mask
/// Saves:      where they were
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` when mask does not broadcast to x
/// Source:     PyTorch, "torch.masked_select"
template <class T>
Var<T> masked_select(const Var<T>& x, const Var<T>& mask, Site site = Site::current());

}  // namespace engram
