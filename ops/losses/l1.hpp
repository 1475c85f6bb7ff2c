#pragma once

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/abs.hpp"
#include "engram/ops/losses/pairs.hpp"
#include "engram/ops/losses/reduction.hpp"

namespace engram {

/// The mean absolute error.
///
/// Shapes:     as `mse`
/// Forward:    y = mean(|a - b|)
/// Derivative: da = dy sign(a - b) / n, db = -da
/// Saves:      a - b
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for shapes that differ, or hold no values
/// Source:     R. J. Boscovich (1757), least absolute deviations
template <class T>
Var<T> l1(const Var<T>& a, const Var<T>& b, Reduction reduction = Reduction::mean,
          Site site = Site::current()) {
  return within("l1", a, site, [&] {
    check_pairs(a, b);
    return reduced(abs(a - b), reduction);
  });
}

}  // namespace engram
