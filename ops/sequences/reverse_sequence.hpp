// reverse_sequence: each sequence of a batch from its end.
#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// The first lengths[b] steps of each sequence of a batch in reverse order; the padding after them
/// stays where it is. What the backward layer of a bidirectional network reads, and how its output
/// comes back.
///
/// Shapes:     x [T, B, ...], lengths [B] with values in [0, T]
/// Forward:    y[t, b] = x[lengths[b] - 1 - t, b] for t < lengths[b], x[t, b] after
/// Derivative: dx = reverse_sequence(dy)
/// Saves:      the numbers of the entries
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` when x has less than two axes, for lengths of another shape, and for a
///             length out of range (which, and where)
/// Source:     TensorFlow, "tf.reverse_sequence"; M. Schuster and K. Paliwal (1997), "Bidirectional
///             recurrent neural networks"
template <class T>
Var<T> reverse_sequence(const Var<T>& x, const Indices& lengths, Site site = Site::current());

}  // namespace engram
