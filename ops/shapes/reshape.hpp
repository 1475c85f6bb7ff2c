#pragma once

#include <initializer_list>
#include <span>

#include "engram/core/var.hpp"

namespace engram {

/// The same values in the same row-major order under another shape. One extent may be -1: it is
/// worked out from the size.
///
/// Shapes:     x and `shape` have the same number of elements
/// Forward:    y = x, a view: nothing is copied
/// Derivative: dx = dy under the shape of x
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` when the sizes differ or -1 cannot be worked out
/// Source:     NumPy, "numpy.reshape"
template <class T>
Var<T> reshape(const Var<T>& x, const Shape& shape, Site site = Site::current());
/// The same for extents in a list: `reshape(x, {2, -1})`, or one that is known at run time.
template <class T>
Var<T> reshape(const Var<T>& x, std::span<const Index> extents, Site site = Site::current());
template <class T>
Var<T> reshape(const Var<T>& x, std::initializer_list<Index> extents, Site site = Site::current()) {
  return reshape(x, std::span(extents.begin(), extents.size()), site);
}

}  // namespace engram
