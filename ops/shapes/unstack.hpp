#pragma once

#include <vector>

#include "engram/core/var.hpp"

namespace engram {

/// Values in memory that is used again and again.
template <class T>
using PooledVars = std::vector<Var<T>, PoolAllocator<Var<T>>>;

/// The values along an axis, which vanishes, one by one: what `stack` is made of. It is taken apart
/// in two steps, about √n parts at a time, so that recorded derivatives, in which each part is
/// padded to what it is a part of, take n^1.5 and not n² memory.
///
/// Shapes:     n values of the shape of x without the axis
/// Forward:    y_k = x[..., k, ...]; along the first axis views, otherwise copies
/// Derivative: dx[..., k, ...] = dy_k
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there
/// Source:     NumPy, "numpy.unstack"
template <class T>
PooledVars<T> unstack(const Var<T>& x, int axis = 0, Site site = Site::current());

}  // namespace engram
