#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Elements of x by their coordinates along the first axes, or what is left of x there.
///
/// Shapes:     index [..., k] with coordinates along the first k axes of x -> [...], then the other
///             axes of x
/// Forward:    y[i] = x[index[i, 0], ..., index[i, k - 1]]
/// Derivative: dx[index[i, 0], ..., index[i, k - 1]] += dy[i]
/// Saves:      one number for each of the elements
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` unless 1 <= k <= the axes of x, and for a coordinate out of range (which,
///             and where)
/// Source:     TensorFlow, "tf.gather_nd"
template <class T>
Var<T> gather_nd(const Var<T>& x, const Indices& index, Site site = Site::current());

/// The adjoint: zeros of a shape with the entries of x added at coordinates.
///
/// Shapes:     index [..., k], x [...], then the axes of `shape` from k on; y has `shape`
/// Forward:    y[index[i, 0], ..., index[i, k - 1]] += x[i]
/// Derivative: dx = gather_nd(dy, index)
/// Saves:      one number for each of the elements
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     as `gather_nd`, and `Error` when x has another shape
/// Source:     TensorFlow, "tf.scatter_nd"
template <class T>
Var<T> scatter_nd(const Var<T>& x, const Indices& index, const Shape& shape,
                  Site site = Site::current());

}  // namespace engram
