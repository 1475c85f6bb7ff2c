#pragma once

#include "engram/core/var.hpp"
#include "engram/ops/convolution.hpp"

namespace engram {

struct Pool1dOptions {
  Index window;
  Index stride = 0;   ///< 0: as the window, so that windows do not overlap
  Index padding = 0;  ///< before and after x, at most half the window
  /// Of `avg_pool1d`: the mean counts the zeros of the padding.
  bool count_padding = true;
};

struct Pool2dOptions {
  HeightWidth window;
  HeightWidth stride = 0, padding = 0;
  bool count_padding = true;
};

/// The largest value of every window, channel by channel. Padding is never the largest.
///
/// Shapes:     x [B, C, H, W] -> [B, C, H', W'], H' = (H + 2 padding - window) / stride + 1,
///             rounded down, and W' likewise
/// Forward:    y = max over the window
/// Derivative: dy goes to the largest; equal values get equal shares
/// Saves:      the unfolded x
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for other shapes, for a window that does not fit, or a padding of more than
///             half of it
/// Source:     D. Scherer, A. Müller and S. Behnke (2010), "Evaluation of pooling operations"
template <class T>
Var<T> max_pool2d(const Var<T>& x, const Pool2dOptions& options, Site site = Site::current());
/// The same over one axis: x [B, C, L] -> [B, C, L'].
template <class T>
Var<T> max_pool1d(const Var<T>& x, const Pool1dOptions& options, Site site = Site::current());

/// The mean of every window, channel by channel.
///
/// Shapes:     as `max_pool2d`
/// Forward:    y = Σ x over the window / n, n all places of it, or with `count_padding` off those
///             in x
/// Derivative: dx = Σ dy / n over the windows that x is in
/// Saves:      nothing
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     as `max_pool2d`
/// Source:     Y. LeCun et al. (1989), as `conv1d`
template <class T>
Var<T> avg_pool2d(const Var<T>& x, const Pool2dOptions& options, Site site = Site::current());
/// The same over one axis: x [B, C, L] -> [B, C, L'].
template <class T>
Var<T> avg_pool1d(const Var<T>& x, const Pool1dOptions& options, Site site = Site::current());

}  // namespace engram
