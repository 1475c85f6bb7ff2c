// What `scatter_add` of ops/indexing/gather.hpp adds, put there in other ways.
#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// x with elements of `source` in their places: index replaces the coordinate along an axis. Of
/// several for one place, the last in row-major order stands there.
///
/// Shapes:     as `scatter_add`
/// Forward:    y = x, then y[i, index[i, j, k], k] = source[i, j, k], for axis 1 of three
/// Derivative: dx = dy, 0 where something was put; dsource[i, j, k] = dy[i, index[i, j, k], k], 0
///             where another was put after it, and beyond index
/// Saves:      which element stands where
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     as `gather`
/// Source:     PyTorch, "torch.Tensor.scatter_"
template <class T>
Var<T> scatter(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
               Site site = Site::current());

/// The largest of x and what is put there. NaN in any gives NaN.
///
/// Shapes:     as `scatter_add`
/// Forward:    y = x, then y[i, index[i, j, k], k] = max(that, source[i, j, k]), for axis 1 of
///             three
/// Derivative: dy goes to the largest; equal values get equal shares
/// Saves:      nothing beyond x, source and y, and one number for each index
/// Order:      any
/// Accuracy:   exact; derivatives 2 ulp of x
/// Throws:     as `gather`
/// Source:     PyTorch, "torch.Tensor.scatter_reduce_", amax
template <class T>
Var<T> scatter_max(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                   Site site = Site::current());
/// The smallest of them, as `scatter_max`.
template <class T>
Var<T> scatter_min(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                   Site site = Site::current());

/// The product of x and all that is put there, halves times halves as in `prod`.
///
/// Shapes:     as `scatter_add`
/// Forward:    y = x, then y[i, index[i, j, k], k] *= source[i, j, k], for axis 1 of three
/// Derivative: by each factor, dy times the product of the others, right where factors are 0 too
/// Saves:      the products of the halves, quarters, ...
/// Order:      any
/// Accuracy:   2 ulp of x; derivatives 4 ulp of x
/// Throws:     as `gather`
/// Source:     PyTorch, "torch.Tensor.scatter_reduce_", prod
template <class T>
Var<T> scatter_prod(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                    Site site = Site::current());

}  // namespace engram
