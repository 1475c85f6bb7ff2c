// Of several values, element by element: the largest, the smallest, the mean.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "engram/core/var.hpp"

namespace engram {

/// The largest of several values, element by element. NaN in any gives NaN.
///
/// Shapes:     any that broadcast together
/// Forward:    y = max(x_0, x_1, ...)
/// Derivative: dy goes to the largest; equal ones get equal shares
/// Saves:      the values side by side, and y
/// Order:      any
/// Accuracy:   exact; derivatives 2 ulp of x
/// Throws:     `Error` for no inputs, and when the shapes do not broadcast
/// Source:     ONNX, "Max"
template <class T>
Var<T> maximum(std::span<const Var<T>> xs, Site site = Site::current());
template <class T>
Var<T> maximum(const std::vector<Var<T>>& xs, Site site = Site::current()) {
  return maximum(std::span<const Var<T>>(xs), site);
}
template <class T>
Var<T> maximum(std::initializer_list<Var<T>> xs, Site site = Site::current()) {
  return maximum(std::span<const Var<T>>(xs.begin(), xs.size()), site);
}

/// The smallest of several values, as `maximum`.
template <class T>
Var<T> minimum(std::span<const Var<T>> xs, Site site = Site::current());
template <class T>
Var<T> minimum(const std::vector<Var<T>>& xs, Site site = Site::current()) {
  return minimum(std::span<const Var<T>>(xs), site);
}
template <class T>
Var<T> minimum(std::initializer_list<Var<T>> xs, Site site = Site::current()) {
  return minimum(std::span<const Var<T>>(xs.begin(), xs.size()), site);
}

/// The mean of several values, element by element.
///
/// Shapes:     any that broadcast together
/// Forward:    y = (x_0 + x_1 + ...) / n for n values
/// Derivative: dx = dy / n for each
/// Saves:      nothing
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for no inputs, and when the shapes do not broadcast
/// Source:     ONNX, "Mean"
template <class T>
Var<T> mean(std::span<const Var<T>> xs, Site site = Site::current());
template <class T>
Var<T> mean(const std::vector<Var<T>>& xs, Site site = Site::current()) {
  return mean(std::span<const Var<T>>(xs), site);
}
template <class T>
Var<T> mean(std::initializer_list<Var<T>> xs, Site site = Site::current()) {
  return mean(std::span<const Var<T>>(xs.begin(), xs.size()), site);
}

}  // namespace engram
