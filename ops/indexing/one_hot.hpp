#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Rows of zeros with a one at each label: a constant on the tape.
///
/// Shapes:     labels [...] with values in [0, classes) -> [..., classes]
/// Forward:    y[..., k] = [k = label]
/// Derivative: none, it depends on no value
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for a label out of range (which, and where)
/// Source:     elementary
template <class T>
Var<T> one_hot(Tape<T>& tape, const Indices& labels, Index classes, Site site = Site::current());

}  // namespace engram
