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

/// target += source, n numbers each, which do not overlap.
template <class T>
void add_to(T* target, const T* source, Index n);

/// target = beta * target + x summed to `shape` (core/loops/sums.hpp), for beta 0 or 1: the numbers
/// behind both maps.
template <class T>
void add_reduced(const Array<T>& x, const Shape& shape, T* target, T beta);

/// target[rows[i]] += x[i] for rows of `width` numbers, repeats allowed (core/loops/sums.hpp).
template <class T>
void add_rows(const Indices& rows, const T* x, Index width, T* target);

/// target = beta target + Σ x for rows of `width` numbers (core/loops/sums.hpp); beta is 0 or 1.
template <class T>
void sum_rows(std::span<const T* const> x, Index width, T beta, T* target);

/// y = x broadcast to the shape of y.
template <class T>
void spread(const Array<T>& x, Array<T>& y);

}  // namespace engram
