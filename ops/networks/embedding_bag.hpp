#pragma once

#include "engram/core/var.hpp"
#include "engram/ops/losses/cross_entropy.hpp"

namespace engram {

/// The sum or the mean of the rows of each bag of row numbers: a text as the mean of its words.
///
/// Shapes:     table [V, ...], rows [n] with values in [0, V), offsets [B]: bag b is rows
///             [offsets[b], offsets[b + 1]), the last one goes to n -> [B, ...]
/// Forward:    y[b] = Σ table[rows[i]] over the bag, divided by its size for the mean; an empty bag
///             is 0
/// Derivative: dtable[rows[i]] += dy[b], divided likewise; for a parameter it stays sparse
/// Saves:      rows, and the bag of each
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for a scalar table or a row out of range (which, and where), for rows or
///             offsets that are no list, and unless offsets begin at 0 and never fall
/// Source:     A. Joulin et al. (2016), "Bag of tricks for efficient text classification"
template <class T>
Var<T> embedding_bag(const Var<T>& table, const Indices& rows, const Indices& offsets,
                     Reduction reduction = Reduction::mean, Site site = Site::current());

}  // namespace engram
