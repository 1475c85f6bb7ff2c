#pragma once

#include <optional>

#include "engram/core/var.hpp"
#include "engram/ops/networks/convolution.hpp"

namespace engram {

struct Pool1dOptions {
  Index window;
  Index stride = 0;   ///< 0: as the window, so that windows do not overlap
  Index padding = 0;  ///< before and after x, at most half of what the window spans
  /// Of `avg_pool1d`: the mean counts the zeros of the padding.
  bool count_padding = true;
  Index dilation = 1;  ///< how far the elements of a window lie apart
  bool ceil = false;   ///< a last window that is not whole counts, if it begins before the end of x
  std::optional<Index> padding_after = std::nullopt;  ///< another padding after x than before it
};

struct Pool2dOptions {
  HeightWidth window;
  HeightWidth stride = 0, padding = 0;
  bool count_padding = true;
  HeightWidth dilation = 1;
  bool ceil = false;
  std::optional<HeightWidth> padding_after = std::nullopt;
};

/// The largest value of every window, channel by channel. Padding is never the largest.
///
/// Shapes:     x [B, C, H, W] -> [B, C, H', W'], H' = (H + 2 padding - dilation (window - 1) - 1) /
///             stride + 1, rounded down, or up with `ceil`, and W' likewise
/// Forward:    y = max over the window
/// Derivative: dy goes to the largest; equal values get equal shares
/// Saves:      the unfolded x
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for other shapes, for a window that does not fit or has no element of x, or
/// a
///             padding of more than half of it
/// Source:     D. Scherer, A. Müller and S. Behnke (2010), "Evaluation of pooling operations"
template <class T>
Var<T> max_pool2d(const Var<T>& x, const Pool2dOptions& options, Site site = Site::current());
/// The same over one axis: x [B, C, L] -> [B, C, L'].
template <class T>
Var<T> max_pool1d(const Var<T>& x, const Pool1dOptions& options, Site site = Site::current());

/// The largest values, and where in the plane [H, W] of its channel each was.
template <class T>
struct PooledMaxima {
  Var<T> values;
  Indices indices;  ///< row times W plus column, of the shape of `values`
};

/// `max_pool2d` that says where the largest value of each window is, the first of equal ones, which
/// gets all of dy. `take` or `gather` of another x by the indices, and `put`, which undoes the
/// pooling, use them.
template <class T>
PooledMaxima<T> max_pool2d_indices(const Var<T>& x, const Pool2dOptions& options,
                                   Site site = Site::current());
/// The same over one axis: x [B, C, L] -> [B, C, L'], with numbers along it.
template <class T>
PooledMaxima<T> max_pool1d_indices(const Var<T>& x, const Pool1dOptions& options,
                                   Site site = Site::current());

/// The mean of every window, channel by channel.
///
/// Shapes:     as `max_pool2d`
/// Forward:    y = Σ x over the window / n, n all places of it in x and its padding, or with
///             `count_padding` off those in x
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
