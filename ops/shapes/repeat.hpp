#pragma once

#include <initializer_list>
#include <span>

#include "engram/core/var.hpp"

namespace engram {

/// Each entry along an axis several times in a row: a a b b.
///
/// Shapes:     y has times n entries there, for n of x
/// Forward:    y[..., i, ...] = x[..., ⌊i / times⌋, ...]
/// Derivative: dx = dy summed over the copies
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for an axis that is not there and a negative number of times
/// Source:     NumPy, "numpy.repeat"; PyTorch, "torch.repeat_interleave"
template <class T>
Var<T> repeat(const Var<T>& x, Index times, int axis, Site site = Site::current());

/// The same with a number for each entry.
///
/// Shapes:     times [n] for an axis of n entries; y has Σ times there
/// Forward:    y = x_0 times[0] times, x_1 times[1] times, ...
/// Derivative: dx = dy summed over the copies
/// Saves:      the numbers of the entries
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for an axis that is not there, times of another shape, a negative number
/// Source:     as `repeat`
template <class T>
Var<T> repeat(const Var<T>& x, const Indices& times, int axis, Site site = Site::current());

/// x several times side by side, along each axis: a b a b.
///
/// Shapes:     the last axis of x goes with the last of times; missing ones are 1, on either side
/// Forward:    y[..., i, ...] = x[..., i mod n, ...]
/// Derivative: dx = dy summed over the copies
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for a negative number of times, and more than `kMaxRank` of them
/// Source:     NumPy, "numpy.tile"
template <class T>
Var<T> tile(const Var<T>& x, std::span<const Index> times, Site site = Site::current());
template <class T>
Var<T> tile(const Var<T>& x, std::initializer_list<Index> times, Site site = Site::current()) {
  return tile(x, std::span(times.begin(), times.size()), site);
}

}  // namespace engram
