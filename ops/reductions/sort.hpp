#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Values in order, and where along the axis each was.
template <class T>
struct Sorted {
  Var<T> values;
  Indices indices;  ///< of the shape of `values`: gather(x, axis, indices) are the values
};

/// The values along an axis from the smallest to the largest, or the other way. Equal ones keep
/// their order. NaN counts as larger than any number: last, as in NumPy, or first.
///
/// Shapes:     any with that axis
/// Forward:    y = gather(x, axis, p) with the p that sorts
/// Derivative: dx[p[i]] = dy[i]; by where the values were, none
/// Saves:      p
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there
/// Source:     NumPy, "numpy.sort"; PyTorch, "torch.sort"
template <class T>
Sorted<T> sort(const Var<T>& x, int axis = -1, bool descending = false,
               Site site = Site::current());

/// The `count` largest values along an axis, or the smallest, the best first, ordered as by `sort`.
///
/// Shapes:     y has `count` entries along the axis
/// Forward:    y = gather(x, axis, p) with the first of the p that sorts
/// Derivative: dx[p[i]] = dy[i], 0 elsewhere
/// Saves:      the first of p
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there, and unless 0 <= count <= its extent
/// Source:     PyTorch, "torch.topk"
template <class T>
Sorted<T> topk(const Var<T>& x, Index count, int axis = -1, bool largest = true,
               Site site = Site::current());

}  // namespace engram
