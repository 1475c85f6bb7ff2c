#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Which steps of each sequence of a batch are in it, and not padding after it: a constant on the
/// tape. `masked_fill(x, 1 - length_mask(tape, lengths, steps), 0)` makes the padding zeros.
///
/// Shapes:     lengths [B], or of any shape, with values in [0, steps] -> [steps, B]
/// Forward:    y[t, b] = [t < lengths[b]]
/// Derivative: none, it depends on no value
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for a length out of range (which, and where)
/// Source:     TensorFlow, "tf.sequence_mask"
template <class T>
Var<T> length_mask(Tape<T>& tape, const Indices& lengths, Index steps, Site site = Site::current());

/// The same as whole numbers, apart from a tape. Of lengths [B],
/// `transpose(length_mask(lengths, keys)).reshaped({B, 1, 1, keys})` is the mask of an `attention`
/// whose heads are axis 1.
Indices length_mask(const Indices& lengths, Index steps, Site site = Site::current());

}  // namespace engram
