#pragma once

#include <initializer_list>
#include <span>

#include "engram/core/var.hpp"

namespace engram {

/// The axes of x in another order; without `axes`, in reverse.
///
/// Shapes:     `axes` is a permutation of 0 .. rank - 1 (-1 is the last)
/// Forward:    axis k of y is axis axes[k] of x
/// Derivative: dx = dy with the inverse permutation
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` when `axes` is no permutation of the axes of x
/// Source:     NumPy, "numpy.transpose"
template <class T>
Var<T> transpose(const Var<T>& x, std::span<const int> axes, Site site = Site::current());
template <class T>
Var<T> transpose(const Var<T>& x, std::initializer_list<int> axes, Site site = Site::current()) {
  return transpose(x, std::span(axes.begin(), axes.size()), site);
}
template <class T>
Var<T> transpose(const Var<T>& x, Site site = Site::current());

// The same of an array that is on no tape.
template <class T>
Array<T> transpose(const Array<T>& x, std::span<const int> axes, Site site = Site::current());
template <class T>
Array<T> transpose(const Array<T>& x, std::initializer_list<int> axes,
                   Site site = Site::current()) {
  return transpose(x, std::span(axes.begin(), axes.size()), site);
}
template <class T>
Array<T> transpose(const Array<T>& x, Site site = Site::current());

/// x with two axes exchanged.
///
/// Shapes:     any with those axes
/// Forward:    y[..., i, ..., j, ...] = x[..., j, ..., i, ...]
/// Derivative: dx = swap_axes(dy)
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there
/// Source:     NumPy, "numpy.swapaxes"
template <class T>
Var<T> swap_axes(const Var<T>& x, int a, int b, Site site = Site::current());

}  // namespace engram
