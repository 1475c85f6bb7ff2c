#pragma once

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/sqrt.hpp"
#include "engram/ops/losses/pairs.hpp"
#include "engram/ops/losses/reduction.hpp"

namespace engram {

/// The mean squared error.
///
/// Shapes:     a and b broadcast together; the result is a scalar, or their shape for
///             `Reduction::none`
/// Forward:    y = mean((a - b)²)
/// Derivative: da = 2 dy (a - b) / n, db = -da
/// Saves:      a - b
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for shapes that differ, or hold no values
/// Source:     A.-M. Legendre (1805), least squares
template <class T>
Var<T> mse(const Var<T>& a, const Var<T>& b, Reduction reduction = Reduction::mean,
           Site site = Site::current()) {
  return within("mse", a, site, [&] {
    check_pairs(a, b);
    return reduced(square(a - b), reduction);
  });
}

}  // namespace engram
