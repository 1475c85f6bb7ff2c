#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <vector>

#include "engram/core/var.hpp"

#pragma push_macro("min")  // of windows.h
#pragma push_macro("max")
#undef min
#undef max

namespace engram {

/// The axes a reduction runs over; -1 is the last. None given, and an empty list: all of them.
struct Axes {
  Axes() = default;
  /// Throws `Error` for more than `kMaxRank`.
  Axes(std::initializer_list<int> axes) : Axes(std::span(axes.begin(), axes.size())) {}
  /// The same for a list that is known at run time.
  Axes(const std::vector<int>& axes) : Axes(std::span(axes)) {}
  Axes(std::span<const int> axes);

  /// As they were given.
  std::span<const int> list() const { return {list_.data(), static_cast<std::size_t>(count_)}; }
  /// `x` with the reduced axes at extent 1. Throws `Error` for an axis that is not there or twice.
  Shape kept(const Shape& x) const;
  /// `x` without them.
  Shape dropped(const Shape& x) const;

 private:
  std::array<int, kMaxRank> list_{};
  int count_ = 0;
};

/// The sum over some axes.
///
/// Shapes:     any; the axes vanish, or stay with extent 1 when `keep` is set
/// Forward:    y = Σ x over the axes; an empty sum is 0
/// Derivative: dx = dy, repeated along the axes
/// Saves:      nothing
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     `Error` for an axis that does not exist or is named twice
/// Source:     elementary
template <class T>
Var<T> sum(const Var<T>& x, const Axes& axes = {}, bool keep = false, Site site = Site::current());

/// The mean over some axes: sum / n, with n values to each result.
///
/// Shapes:     as `sum`
/// Forward:    y = (Σ x) / n
/// Derivative: dx = dy / n, repeated along the axes
/// Saves:      nothing
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     as `sum`, and `Error` when there are no values to take the mean of
/// Source:     elementary
template <class T>
Var<T> mean(const Var<T>& x, const Axes& axes = {}, bool keep = false, Site site = Site::current());

/// The largest value over some axes. NaN anywhere gives NaN.
///
/// Shapes:     as `sum`
/// Forward:    y = max x
/// Derivative: dx = dy where x is the largest; equal values get equal shares
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   exact; derivatives 2 ulp of x
/// Throws:     as `sum`, and `Error` when there are no values
/// Source:     the subgradient of equal shares, as PyTorch's amax
template <class T>
Var<T> max(const Var<T>& x, const Axes& axes = {}, bool keep = false, Site site = Site::current());

/// The smallest value over some axes: -max(-x). NaN anywhere gives NaN.
///
/// Shapes:     as `sum`
/// Forward:    y = min x
/// Derivative: dx = dy where x is the smallest; equal values get equal shares
/// Saves:      -x and -y
/// Order:      any
/// Accuracy:   exact; derivatives 2 ulp of x
/// Throws:     as `max`
/// Source:     as `max`
template <class T>
Var<T> min(const Var<T>& x, const Axes& axes = {}, bool keep = false, Site site = Site::current());

/// The logarithm of a sum of exponentials over some axes, without overflow.
///
/// Shapes:     as `sum`
/// Forward:    y = m + ln Σ exp(x - m), m = max x
/// Derivative: dx = dy exp(x - y)
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   3 ulp of x - max x and 1; derivatives 4 ulp of x - max x
/// Throws:     as `max`
/// Source:     P. Blanchard, D. Higham and N. Higham (2021), "Accurately computing the log-sum-exp"
template <class T>
Var<T> logsumexp(const Var<T>& x, const Axes& axes = {}, bool keep = false,
                 Site site = Site::current());

}  // namespace engram

#pragma pop_macro("max")
#pragma pop_macro("min")
