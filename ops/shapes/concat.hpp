#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "engram/core/var.hpp"

namespace engram {

/// Values joined along an axis they have; -1 is the last.
///
/// Shapes:     equal but for that axis; y has the sum of their extents there
/// Forward:    y = x_0, x_1, ... side by side
/// Derivative: dx_k = the part of dy where x_k lies
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for no inputs, or shapes that differ elsewhere
/// Source:     NumPy, "numpy.concatenate"
template <class T>
Var<T> concat(std::span<const Var<T>> xs, int axis, Site site = Site::current());
template <class T>
Var<T> concat(const std::vector<Var<T>>& xs, int axis, Site site = Site::current()) {
  return concat(std::span<const Var<T>>(xs), axis, site);
}
template <class T>
Var<T> concat(std::initializer_list<Var<T>> xs, int axis, Site site = Site::current()) {
  return concat(std::span<const Var<T>>(xs.begin(), xs.size()), axis, site);
}

/// Values of one shape joined along a new axis, which is number `axis` of the result.
///
/// Shapes:     all equal; y has one axis more, with as many entries as there are values
/// Forward:    y = x_0, x_1, ... along the new axis
/// Derivative: dx_k = dy at k
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for no inputs, or shapes that differ
/// Source:     NumPy, "numpy.stack"
template <class T>
Var<T> stack(std::span<const Var<T>> xs, int axis = 0, Site site = Site::current());
template <class T>
Var<T> stack(const std::vector<Var<T>>& xs, int axis = 0, Site site = Site::current()) {
  return stack(std::span<const Var<T>>(xs), axis, site);
}
template <class T>
Var<T> stack(std::initializer_list<Var<T>> xs, int axis = 0, Site site = Site::current()) {
  return stack(std::span<const Var<T>>(xs.begin(), xs.size()), axis, site);
}

}  // namespace engram
