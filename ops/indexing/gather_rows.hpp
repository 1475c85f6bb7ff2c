#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Rows of a table by their numbers: an embedding.
///
/// Shapes:     table [V, ...], rows [...] with values in [0, V) -> [..., ...], axes of rows first
/// Forward:    y[i] = table[rows[i]]
/// Derivative: dtable[rows[i]] += dy[i]; for a parameter it stays sparse, only touched rows
/// Saves:      rows
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for a scalar table or a row out of range (which, and where)
/// Source:     Y. Bengio et al. (2003), "A neural probabilistic language model"
template <class T>
Var<T> gather_rows(const Var<T>& table, const Indices& rows, Site site = Site::current());

/// The adjoint: a table of `count` rows of zeros with x[i] added to row rows[i].
///
/// Shapes:     x [rows' axes..., others...] -> [count, others...]
/// Forward:    y[rows[i]] += x[i]
/// Derivative: dx[i] = dy[rows[i]]
/// Saves:      rows
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     `Error` when x does not begin with the axes of rows, or a row is out of range
/// Source:     the adjoint of gathering
template <class T>
Var<T> scatter_rows(const Var<T>& x, const Indices& rows, Index count, Site site = Site::current());

}  // namespace engram
