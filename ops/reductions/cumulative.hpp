#pragma once

#include "engram/core/var.hpp"

namespace engram {

struct ScanOptions {
  bool reverse = false;  ///< from the last entry to the first
  bool exclusive =
      false;  ///< of the entries before each, without itself: the first is that of none
};

/// Sums of all entries along an axis up to each.
///
/// Shapes:     any with that axis
/// Forward:    y_t = Σ_{s <= t} x_s, s < t when `exclusive`; from the end when `reverse`
/// Derivative: dx_t = Σ_{s >= t} dy_s, likewise
/// Saves:      nothing
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     `Error` for an axis that is not there
/// Source:     NumPy, "numpy.cumsum"
template <class T>
Var<T> cumsum(const Var<T>& x, int axis, const ScanOptions& options = {},
              Site site = Site::current());

/// Products of all entries along an axis up to each. Its derivative divides by nothing.
///
/// Shapes:     any with that axis
/// Forward:    y_t = Π_{s <= t} x_s, or as the options say; the product of none is 1
/// Derivative: dx_t = y_{t-1} g_t with g_t = dy_t + x_{t+1} g_{t+1}, right where factors are 0 too
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   2 ulp of x; derivatives 4 ulp of x
/// Throws:     `Error` for an axis that is not there
/// Source:     NumPy, "numpy.cumprod"
template <class T>
Var<T> cumprod(const Var<T>& x, int axis, const ScanOptions& options = {},
               Site site = Site::current());

/// The logarithms of the sums of exponentials of all entries along an axis up to each, without
/// overflow. -inf is a term of 0, in the derivative too.
///
/// Shapes:     any with that axis
/// Forward:    y_t = ln Σ_{s <= t} exp x_s, or as the options say; of none it is -∞
/// Derivative: dx_t = exp(x_t - y_t) g_t with g_t = dy_t + exp(y_t - y_{t+1}) g_{t+1}: no exponent
///             is positive
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   3 ulp of x - max x and 1; derivatives 8 ulp of x - max x, by the rule 1 ulp a step
/// Throws:     `Error` for an axis that is not there
/// Source:     PyTorch, "torch.logcumsumexp"
template <class T>
Var<T> logcumsumexp(const Var<T>& x, int axis, const ScanOptions& options = {},
                    Site site = Site::current());

}  // namespace engram
