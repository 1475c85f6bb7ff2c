#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Square matrices with x on a diagonal and zeros elsewhere. Diagonal number k starts in column k,
/// number -k in row k.
///
/// Shapes:     [..., n] -> [..., n + |k|, n + |k|]
/// Forward:    y[i, i + k] = x[i], or y[i - k, i] for negative k
/// Derivative: dx = diagonal(dy, k)
/// Saves:      the numbers of the elements
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for a scalar
/// Source:     NumPy, "numpy.diag"; PyTorch, "torch.diag_embed"
template <class T>
Var<T> diag(const Var<T>& x, int k = 0, Site site = Site::current());

/// A diagonal of matrices, numbered as in `diag`; an empty one when it lies beyond them.
///
/// Shapes:     [..., R, C] -> [..., as long as the diagonal]
/// Forward:    y[i] = x[i, i + k], or x[i - k, i] for negative k
/// Derivative: dx[i, i + k] = dy[i], 0 elsewhere
/// Saves:      the numbers of the elements
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` when x has less than two axes
/// Source:     NumPy, "numpy.diagonal"
template <class T>
Var<T> diagonal(const Var<T>& x, int k = 0, Site site = Site::current());

/// The sum of the diagonal of matrices: sum(diagonal(x)).
///
/// Shapes:     [..., R, C] -> [...]
/// Forward:    y = Σ x[i, i]
/// Derivative: dx = dy on the diagonal, 0 elsewhere
/// Saves:      the numbers of the elements
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     `Error` when x has less than two axes
/// Source:     elementary
template <class T>
Var<T> trace(const Var<T>& x, Site site = Site::current());

/// The upper triangle of matrices, from diagonal k on; zeros below it, whatever stood there.
///
/// Shapes:     [..., R, C], and y likewise
/// Forward:    y[i, j] = x[i, j] where j - i >= k, 0 elsewhere
/// Derivative: dx = triu(dy, k)
/// Saves:      a mask [R, C]
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` when x has less than two axes
/// Source:     NumPy, "numpy.triu"
template <class T>
Var<T> triu(const Var<T>& x, int k = 0, Site site = Site::current());

/// The lower triangle of matrices, up to diagonal k; zeros above it.
///
/// Shapes:     [..., R, C], and y likewise
/// Forward:    y[i, j] = x[i, j] where j - i <= k, 0 elsewhere
/// Derivative: dx = tril(dy, k)
/// Saves:      a mask [R, C]
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` when x has less than two axes
/// Source:     NumPy, "numpy.tril"
template <class T>
Var<T> tril(const Var<T>& x, int k = 0, Site site = Site::current());

}  // namespace engram
