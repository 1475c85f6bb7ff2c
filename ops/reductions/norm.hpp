#pragma once

#include "engram/ops/reductions/reduce.hpp"

namespace engram {

/// The p-norm over some axes, for p = 1, 2 or infinity.
///
/// Shapes:     as `sum`
/// Forward:    y = (Σ |x|ᵖ)^(1/p): Σ |x|, √Σ x², max |x|
/// Derivative: dx = dy sign(x) for p = 1, dy x / y for p = 2, and for infinity dy sign(x) where |x|
///             is the largest, in equal shares; 0 where y = 0, and for p = 1 where x = 0
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   2 ulp of x; derivatives 3 ulp of x
/// Throws:     as `sum`, `Error` for another p, and for p = infinity of no values
/// Source:     NumPy, "numpy.linalg.norm"
template <class T>
Var<T> norm(const Var<T>& x, const Axes& axes = {}, bool keep = false, double p = 2,
            Site site = Site::current());

/// The root of the mean of the squares over some axes.
///
/// Shapes:     as `sum`
/// Forward:    y = √(Σ x² / n + ε), with n values to each result
/// Derivative: dx = dy x / (n y); 0 where y = 0
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   2 ulp of x; derivatives 8 ulp of dy
/// Throws:     as `sum`, and `Error` for no values, and unless ε >= 0
/// Source:     B. Zhang and R. Sennrich (2019), "Root mean square layer normalization"
template <class T>
Var<T> root_mean_square(const Var<T>& x, const Axes& axes = {}, bool keep = false,
                        double epsilon = 0, Site site = Site::current());

/// x of length 1 along some axes: over its norm.
///
/// Shapes:     any with those axes
/// Forward:    y = x / max(‖x‖, ε), with the p-norm over the axes, so that zeros stay zeros
/// Derivative: dx = (dy - y (gradient of the norm) Σ dy y) / ‖x‖, dy / ε where ‖x‖ < ε
/// Saves:      x, its norms and y
/// Order:      any
/// Accuracy:   4 ulp of x; derivatives 8 ulp of x
/// Throws:     as `norm`, and `Error` unless ε > 0
/// Source:     PyTorch, "torch.nn.functional.normalize"
template <class T>
Var<T> normalize(const Var<T>& x, const Axes& axes = {-1}, double epsilon = 1e-12, double p = 2,
                 Site site = Site::current());

}  // namespace engram
