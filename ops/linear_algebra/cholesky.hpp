#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// The Cholesky factor of symmetric positive definite matrices. Of x only the symmetric part
/// (x + xᵀ) / 2 counts, so that the derivative is one for every element.
///
/// Shapes:     [..., n, n]
/// Forward:    y lower triangular with y yᵀ = (x + xᵀ) / 2
/// Derivative: dx = y⁻ᵀ (P + Pᵀ) y⁻¹ / 2, P the lower triangle of yᵀ dy with half its diagonal
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   32 ulp of x
/// Throws:     `Error` for other shapes, and for a matrix that is not positive definite to working
///             precision (which, and at which pivot)
/// Source:     I. Murray (2016), "Differentiation of the Cholesky decomposition", equation 10
template <class T>
Var<T> cholesky(const Var<T>& x, Site site = Site::current());

struct TriangularOptions {
  bool upper = false;       ///< a is upper triangular
  bool transposed = false;  ///< solve with aᵀ
};

/// The solution of systems whose matrix is triangular; the other triangle of a is not read.
///
/// Shapes:     a [..., n, n], b [..., n, k] -> [..., n, k]; the leading axes broadcast
/// Forward:    y = op(a)⁻¹ b, op transposing where asked; by substitution
/// Derivative: db = op(a)⁻ᵀ dy, d op(a) = the triangle of -db yᵀ
/// Saves:      nothing beyond a and y
/// Order:      any
/// Accuracy:   32 ulp of x
/// Throws:     `Error` for other shapes, and for a zero on the diagonal (which, of which matrix)
/// Source:     M. Giles (2008), "Collected matrix derivative results", 2.3.1
template <class T>
Var<T> solve_triangular(const Var<T>& a, const Var<T>& b, const TriangularOptions& options = {},
                        Site site = Site::current());

}  // namespace engram
