// The two linear maps that summing gradients is made of: adding up, and spreading out.
#pragma once

#include "engram/core/record.hpp"

namespace engram {

/// The sum of `terms`, each first summed over the axes that `shape` broadcasts over to it.
///
/// Shapes:     every term has a shape that `shape` broadcasts to
/// Forward:    y = sum_k reduce(x_k)
/// Derivative: dx_k = dy broadcast to the shape of x_k
/// Saves:      nothing
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     `Error` when `shape` does not broadcast to a term's shape
/// Source:     the adjoint of broadcasting
template <class T>
Var<T> accumulate(std::span<const Var<T>> terms, const Shape& shape, Site site = Site::current());

/// `x` repeated to `shape`, as NumPy broadcasts it.
///
/// Shapes:     x broadcasts to `shape`
/// Forward:    y[i] = x[i with the repeated axes at 0]
/// Derivative: dx = dy summed over the repeated axes
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` when x does not broadcast to `shape`
/// Source:     NumPy, "Broadcasting"
template <class T>
Var<T> broadcast_to(const Var<T>& x, const Shape& shape, Site site = Site::current());

}  // namespace engram
