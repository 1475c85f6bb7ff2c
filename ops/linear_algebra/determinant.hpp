#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// The determinant of matrices, singular ones too. It overflows soon: of large matrices
/// `log_abs_det` (ops/linear_algebra/solve.hpp) and `slogdet` are of more use.
///
/// Shapes:     [..., n, n] -> [...]
/// Forward:    y = det x, from LU factors with partial pivoting; 1 for n = 0
/// Derivative: dx = dy times the cofactors: y x⁻ᵀ, or where a matrix is singular, or n is at most
/// 3,
///             the determinants of the minors, which take n⁴ numbers
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   16 ulp of x
/// Throws:     `Error` for other shapes
/// Source:     M. Giles (2008), as `solve`, 2.2.4; Jacobi's formula
template <class T>
Var<T> det(const Var<T>& x, Site site = Site::current());

/// A determinant as its sign and its logarithm.
template <class T>
struct SignAndLog {
  Var<T> sign;     ///< 1 or -1, a constant
  Var<T> log_abs;  ///< ln |det x|
};

/// The determinant of matrices of any size: det x = sign exp(log_abs). Shapes, derivative and
/// errors are those of `log_abs_det`.
template <class T>
SignAndLog<T> slogdet(const Var<T>& x, Site site = Site::current());

}  // namespace engram
