#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// The inner product of vectors.
///
/// Shapes:     a [..., n], b [..., n] -> [...]; the leading axes broadcast
/// Forward:    y = Σᵢ aᵢ bᵢ over the last axis
/// Derivative: da = dy b, db = dy a
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` for a scalar, when the last extents differ, or for leading axes that do not
///             broadcast
/// Source:     the array API standard, "vecdot"
template <class T>
Var<T> dot(const Var<T>& a, const Var<T>& b, Site site = Site::current());

/// All products of an element of one vector with one of another.
///
/// Shapes:     a [..., m], b [..., n] -> [..., m, n]; the leading axes broadcast
/// Forward:    y = a bᵀ
/// Derivative: da = dy b, db = dyᵀ a
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` for a scalar, or leading axes that do not broadcast
/// Source:     NumPy, "numpy.outer"
template <class T>
Var<T> outer(const Var<T>& a, const Var<T>& b, Site site = Site::current());

/// Matrices times vectors.
///
/// Shapes:     a [..., m, n], x [..., n] -> [..., m]; the leading axes broadcast
/// Forward:    y = a x
/// Derivative: da = dy xᵀ, dx = aᵀ dy
/// Saves:      nothing beyond a and x
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` when n differs, for too few axes, or leading axes that do not broadcast
/// Source:     the array API standard, "matmul"
template <class T>
Var<T> matvec(const Var<T>& a, const Var<T>& x, Site site = Site::current());

}  // namespace engram
