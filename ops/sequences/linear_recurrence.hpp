#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// The states h of a linear recurrence along an axis, element by element, that begins at zero.
/// With `reverse` it runs from the last entry to the first. Moving averages and discounted sums
/// are such, and the derivatives of cumulative products: those of a recurrence are recurrences.
///
/// Shapes:     a and b broadcast together to a shape with that axis
/// Forward:    h_0 = b_0, h_t = a_t h_{t-1} + b_t; a_0 has no influence
/// Derivative: db_t = dh_t + a_{t+1} db_{t+1}, da_t = db_t h_{t-1}
/// Saves:      nothing beyond a and h
/// Order:      any
/// Accuracy:   2 ulp of x; derivatives 4 ulp of x
/// Throws:     `Error` when the shapes do not broadcast, and for an axis that is not there
/// Source:     G. Blelloch (1990), "Prefix sums and their applications", section 1.4
template <class T>
Var<T> linear_recurrence(const Var<T>& a, const Var<T>& b, int axis, bool reverse = false,
                         Site site = Site::current());

}  // namespace engram
