#pragma once

#include "engram/ops/reductions/reduce.hpp"

namespace engram {

/// 1 where any value over some axes is not 0, else 0. NaN is not 0.
///
/// Shapes:     as `sum`
/// Forward:    y = [some x ≠ 0]; of no values 0
/// Derivative: 0 everywhere
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     as `sum`
/// Source:     NumPy, "numpy.any"
template <class T>
Var<T> any(const Var<T>& x, const Axes& axes = {}, bool keep = false, Site site = Site::current());

/// 1 where all values over some axes are not 0, else 0. NaN is not 0.
///
/// Shapes:     as `sum`
/// Forward:    y = [every x ≠ 0]; of no values 1
/// Derivative: 0 everywhere
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     as `sum`
/// Source:     NumPy, "numpy.all"
template <class T>
Var<T> all(const Var<T>& x, const Axes& axes = {}, bool keep = false, Site site = Site::current());

}  // namespace engram
