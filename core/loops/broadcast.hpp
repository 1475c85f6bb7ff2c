// Sums to a smaller shape, and copies to a larger one: the numbers behind broadcasting. Internal.
#pragma once

#include <span>

#include "engram/core/array.hpp"

namespace engram {

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
