#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Weights as directions and lengths, which are trained apart.
///
/// Shapes:     v any, length [n], n the extent of `axis` of v: the axis of the outputs, which for
///             weights [in, out] is the last
/// Forward:    w = length v / ‖v‖, ‖v‖ the norm of each entry of `axis`
/// Derivative: dlength = Σ dw v / ‖v‖, dv = (length / ‖v‖) (dw - v dlength / ‖v‖)
/// Saves:      v / ‖v‖ and ‖v‖
/// Order:      any
/// Accuracy:   4 ulp of x; derivatives 6 ulp of x
/// Throws:     `Error` for an axis that is not there, for a length of another shape, and for zeros,
///             which have no direction (which entry)
/// Source:     T. Salimans and D. Kingma (2016), "Weight normalization"
template <class T>
Var<T> weight_norm(const Var<T>& v, const Var<T>& length, int axis = -1,
                   Site site = Site::current());

}  // namespace engram
