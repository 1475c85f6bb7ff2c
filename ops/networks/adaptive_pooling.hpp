// Pooling to a size, and of everything there is.
#pragma once

#include "engram/ops/networks/convolution.hpp"

namespace engram {

/// The mean of windows that are as large as it takes for a result of a given size: window i of n
/// goes from ⌊i H / n⌋ to ⌈(i + 1) H / n⌉.
///
/// Shapes:     x [B, C, H, W], of any H and W above 0 -> [B, C, size]
/// Forward:    y = the mean over the window
/// Derivative: dx = Σ dy / n over the windows that x is in, n their elements
/// Saves:      the numbers of the entries
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for other shapes, and for a size below 1
/// Source:     PyTorch, "torch.nn.AdaptiveAvgPool2d"
template <class T>
Var<T> adaptive_avg_pool2d(const Var<T>& x, HeightWidth size, Site site = Site::current());
/// The same over one axis: x [B, C, L] -> [B, C, size].
template <class T>
Var<T> adaptive_avg_pool1d(const Var<T>& x, Index size, Site site = Site::current());

/// The largest value of the same windows.
///
/// Shapes:     as `adaptive_avg_pool2d`
/// Forward:    y = max over the window
/// Derivative: dy goes to the largest; equal values get equal shares
/// Saves:      the windows, and y
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     as `adaptive_avg_pool2d`
/// Source:     PyTorch, "torch.nn.AdaptiveMaxPool2d"
template <class T>
Var<T> adaptive_max_pool2d(const Var<T>& x, HeightWidth size, Site site = Site::current());
/// The same over one axis: x [B, C, L] -> [B, C, size].
template <class T>
Var<T> adaptive_max_pool1d(const Var<T>& x, Index size, Site site = Site::current());

/// The mean of each channel of x [B, C, ...] over all positions: [B, C]. Derivatives and errors are
/// those of `mean`.
template <class T>
Var<T> global_avg_pool(const Var<T>& x, Site site = Site::current());
/// The largest value of each channel of x [B, C, ...] over all positions: [B, C], as `max`.
template <class T>
Var<T> global_max_pool(const Var<T>& x, Site site = Site::current());

}  // namespace engram
