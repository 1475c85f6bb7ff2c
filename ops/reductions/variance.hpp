#pragma once

#include "engram/ops/reductions/reduce.hpp"

namespace engram {

/// The variance over some axes, with n values to each result: a sample's by default, which is
/// without bias, a population's with correction 0.
///
/// Shapes:     as `sum`
/// Forward:    y = Σ (x - m)² / (n - correction), m = mean x
/// Derivative: dx = dy 2 (x - m) / (n - correction)
/// Saves:      x - m and its square
/// Order:      any
/// Accuracy:   3 ulp of x - max x; derivatives 6 ulp of x - max x
/// Throws:     as `mean`, and `Error` unless n > correction
/// Source:     PyTorch, "torch.var"
template <class T>
Var<T> variance(const Var<T>& x, const Axes& axes = {}, bool keep = false, double correction = 1,
                Site site = Site::current());

/// The square root of the variance.
///
/// Shapes:     as `sum`
/// Forward:    y = √variance(x)
/// Derivative: dx = dy (x - m) / (y (n - correction)), 0 where y = 0
/// Saves:      x - m and its norm
/// Order:      any
/// Accuracy:   3 ulp of x - max x; derivatives 6 ulp of x - max x
/// Throws:     as `variance`
/// Source:     PyTorch, "torch.std"
template <class T>
Var<T> standard_deviation(const Var<T>& x, const Axes& axes = {}, bool keep = false,
                          double correction = 1, Site site = Site::current());

// A number where `keep` stands, as in another order of arguments, does not compile.
template <class T>
Var<T> variance(const Var<T>&, const Axes&, double, bool = false, Site = Site::current()) = delete;
template <class T>
Var<T> standard_deviation(const Var<T>&, const Axes&, double, bool = false,
                          Site = Site::current()) = delete;

}  // namespace engram
