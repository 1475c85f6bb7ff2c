#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Where along an axis the largest value is, the first of equal ones. NaN counts as the largest,
/// as in `max`. These are numbers and no value on the tape: nothing is differentiated.
///
/// Shapes:     any with that axis, which vanishes, or stays with extent 1 when `keep` is set, as
///             `gather` wants it
/// Forward:    y = argmax x
/// Derivative: none
/// Saves:      nothing
/// Order:      none
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there or has no entries
/// Source:     NumPy, "numpy.argmax"
template <class T>
Indices argmax(const Var<T>& x, int axis = -1, bool keep = false, Site site = Site::current());

/// Where the smallest value is, likewise; NaN counts as the smallest, as in `min`.
template <class T>
Indices argmin(const Var<T>& x, int axis = -1, bool keep = false, Site site = Site::current());

}  // namespace engram
