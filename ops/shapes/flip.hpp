#pragma once

#include "engram/ops/reductions/reduce.hpp"

namespace engram {

/// The entries along some axes in reverse order; along all axes when none is given.
///
/// Shapes:     any with those axes
/// Forward:    y[..., i, ...] = x[..., n - 1 - i, ...]
/// Derivative: dx = flip(dy)
/// Saves:      the numbers of the entries
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there or is named twice
/// Source:     NumPy, "numpy.flip"
template <class T>
Var<T> flip(const Var<T>& x, const Axes& axes = {}, Site site = Site::current());

/// The entries along an axis moved on by `shift`; those that leave it come in at the other end.
///
/// Shapes:     any with that axis
/// Forward:    y[..., (i + shift) mod n, ...] = x[..., i, ...]
/// Derivative: dx = roll(dy, -shift)
/// Saves:      the numbers of the entries
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there
/// Source:     NumPy, "numpy.roll"
template <class T>
Var<T> roll(const Var<T>& x, Index shift, int axis, Site site = Site::current());

}  // namespace engram
