#pragma once

#include "engram/ops/reduce.hpp"

namespace engram {

/// The p-norm over some axes, for p = 1, 2 or infinity.
///
/// Shapes:     as `sum`
/// Forward:    y = (Σ |x|ᵖ)^(1/p): Σ |x|, √Σ x² (which must not overflow), max |x|
/// Derivative: dx = dy sign(x) for p = 1, dy x / y for p = 2, and for infinity dy sign(x) where |x|
///             is the largest, in equal shares; 0 where y = 0, and for p = 1 where x = 0
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   2 ulp of x; derivatives 3 ulp of x
/// Throws:     as `sum`, `Error` for another p, and for p = infinity of no values
/// Source:     NumPy, "numpy.linalg.norm"
template <class T>
Var<T> norm(const Var<T>& x, double p = 2, const Axes& axes = {}, bool keep = false,
            Site site = Site::current());

}  // namespace engram
