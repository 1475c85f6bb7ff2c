#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// One element of x for each index: index replaces the coordinate along an axis.
///
/// Shapes:     index has as many axes as x, none longer than x's but for `axis`; y has its shape
/// Forward:    y[i, j, k] = x[i, index[i, j, k], k], for axis 1 of three
/// Derivative: dx[i, index[i, j, k], k] += dy[i, j, k]
/// Saves:      one number for each index
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for an axis that is not there, shapes that do not fit, and an index out of
///             range (which, and where)
/// Source:     PyTorch, "torch.gather"
template <class T>
Var<T> gather(const Var<T>& x, int axis, const Indices& index, Site site = Site::current());

/// x with elements of `source` added: index replaces the coordinate along an axis.
///
/// Shapes:     x, index and source have equally many axes; index is nowhere longer than source,
///             nor than x but for `axis`; y has the shape of x
/// Forward:    y = x, then y[i, index[i, j, k], k] += source[i, j, k], for axis 1 of three
/// Derivative: dx = dy, dsource[i, j, k] = dy[i, index[i, j, k], k], 0 beyond index
/// Saves:      one number for each index
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     as `gather`
/// Source:     PyTorch, "torch.Tensor.scatter_add_"
template <class T>
Var<T> scatter_add(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                   Site site = Site::current());

}  // namespace engram
