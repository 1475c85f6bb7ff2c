#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Positive numbers that add up to 1 along an axis; -1 is the last.
///
/// Shapes:     any with that axis
/// Forward:    y = exp(x - m) / Σ exp(x - m), m = max x
/// Derivative: dx = y (dy - Σ dy y)
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   3 ulp of x - max x; derivatives 4 ulp of dy
/// Throws:     `Error` for an axis that is not there
/// Source:     J. Bridle (1990), "Probabilistic interpretation of feedforward classification
///             network outputs"
template <class T>
Var<T> softmax(const Var<T>& x, int axis = -1, Site site = Site::current());

/// The logarithm of `softmax`, without the loss of digits that taking it afterwards would bring.
///
/// Shapes:     as `softmax`
/// Forward:    y = x - ln Σ exp(x)
/// Derivative: dx = dy - softmax(x) Σ dy
/// Saves:      x, and the largest and the sum of each row
/// Order:      any
/// Accuracy:   3 ulp of x - max x and 1; derivatives 6 ulp of x - max x
/// Throws:     as `softmax`
/// Source:     as `logsumexp`
template <class T>
Var<T> log_softmax(const Var<T>& x, int axis = -1, Site site = Site::current());

}  // namespace engram
