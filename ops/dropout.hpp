#pragma once

#include "engram/core/random.hpp"
#include "engram/core/var.hpp"

namespace engram {

/// Sets each value to 0 with probability p and scales the others, so that the mean stays.
///
/// Shapes:     any
/// Forward:    y = x m, with m = 0 with probability p, else 1 / (1 - p), drawn from `random`
/// Derivative: dx = dy m
/// Saves:      m
/// Order:      any
/// Throws:     `Error` unless 0 <= p < 1
/// Source:     N. Srivastava et al. (2014), "Dropout", JMLR 15 (scaled while training)
template <class T>
Var<T> dropout(const Var<T>& x, double p, Random& random, Site site = Site::current());

}  // namespace engram
