#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// The solution of systems of linear equations: better and faster than multiplying by `inverse`.
///
/// Shapes:     a [..., n, n], b [..., n, k] -> [..., n, k]; the leading axes broadcast. A single
///             right side is a column: reshape it to [n, 1]
/// Forward:    y = op(a)⁻¹ b, op transposing where asked; LU factors with partial pivoting
/// Derivative: db = op(a)⁻ᵀ dy, d op(a) = -db yᵀ
/// Saves:      nothing beyond a and y
/// Order:      any
/// Accuracy:   32 ulp of x
/// Throws:     `Error` for other shapes, and for a matrix that is singular to working precision
///             (which, and at which pivot)
/// Source:     M. Giles (2008), "Collected matrix derivative results", 2.3.1; G. Golub and C. Van
///             Loan, "Matrix computations", 3.4
template <class T>
Var<T> solve(const Var<T>& a, const Var<T>& b, bool transposed = false,
             Site site = Site::current());

/// The inverse of matrices.
///
/// Shapes:     [..., n, n]
/// Forward:    y = x⁻¹
/// Derivative: dx = -yᵀ dy yᵀ
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   32 ulp of x
/// Throws:     as `solve`
/// Source:     M. Giles (2008), as `solve`, 2.2.3
template <class T>
Var<T> inverse(const Var<T>& x, Site site = Site::current());

/// The logarithm of the absolute value of the determinant.
///
/// Shapes:     [..., n, n] -> [...]
/// Forward:    y = ln |det x|
/// Derivative: dx = dy x⁻ᵀ
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   32 ulp of x
/// Throws:     as `solve`: of a singular matrix it would be -∞, without a derivative
/// Source:     M. Giles (2008), as `solve`, 2.2.4
template <class T>
Var<T> log_abs_det(const Var<T>& x, Site site = Site::current());

}  // namespace engram
