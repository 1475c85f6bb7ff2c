#pragma once

#include "engram/ops/abs.hpp"
#include "engram/ops/pairs.hpp"
#include "engram/ops/reduce.hpp"

namespace engram {

/// The mean absolute error.
///
/// Shapes:     a and b of one shape, or one of them a scalar; the result is a scalar
/// Forward:    y = mean(|a - b|)
/// Derivative: da = dy sign(a - b) / n, db = -da
/// Saves:      a - b
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for shapes that differ, or hold no values
/// Source:     R. J. Boscovich (1757), least absolute deviations
template <class T>
Var<T> l1(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  check_pairs("l1", a, b, site);
  return mean(abs(sub(a, b, site), site), {}, false, site);
}

}  // namespace engram
