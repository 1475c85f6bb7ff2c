#pragma once

#include "engram/ops/reductions/reduce.hpp"

namespace engram {

/// The entries along some axes in reverse order; along all axes when none is given.
///
/// Shapes:     any with those axes
/// Forward:    y[..., i, ...] = x[..., n - 1 - i, ...]
/// Derivative: dx = flip(dy)
/// Saves:      the numbers of the entries
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there or is named twice
/// Source:     NumPy, "numpy.flip"
template <class T>
Var<T> flip(const Var<T>& x, const Axes& axes = {}, Site site = Site::current());

/// The entries along an axis moved on by `shift`; those that leave it come in at the other end.
///
/// Shapes:     any with that axis
/// Forward:    y[..., (i + shift) mod n, ...] = x[..., i, ...]
/// Derivative: dx = roll(dy, -shift)
/// Saves:      the numbers of the entries
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there
/// Source:     NumPy, "numpy.roll"
template <class T>
Var<T> roll(const Var<T>& x, Index shift, int axis, Site site = Site::current());

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
