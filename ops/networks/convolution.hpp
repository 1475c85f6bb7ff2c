#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// A number for the rows and one for the columns; one number is both.
struct HeightWidth {
  HeightWidth(Index both) : height(both), width(both) {}
  HeightWidth(Index of_rows, Index of_columns) : height(of_rows), width(of_columns) {}
  Index height, width;
};

struct Conv1dOptions {
  Index stride = 1;
  Index padding = 0;   ///< zeros before and after x
  Index dilation = 1;  ///< how far the taps of the kernel lie apart
  Index groups = 1;    ///< parts of the channels that do not see each other
};

struct Conv2dOptions {
  HeightWidth stride = 1, padding = 0, dilation = 1;
  Index groups = 1;
};

/// A convolution over one axis (like everywhere in this field, a correlation).
///
/// Shapes:     x [B, C, L], w [O, C / groups, k] -> [B, O, (L + 2 padding - dilation (k - 1) - 1) /
///             stride + 1], rounded down
/// Forward:    y[b, o, t] = Σ_c,i w[o, c, i] x[b, c, t stride + i dilation - padding], c over the
///             channels of the group of o
/// Derivative: that of `unfold` and `matmul`, which it is
/// Saves:      the unfolded x: k / stride times x
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` for other shapes, channels that groups do not divide, and a kernel that does
///             not fit
/// Source:     Y. LeCun et al. (1989), "Backpropagation applied to handwritten zip code
///             recognition"; V. Dumoulin and F. Visin (2016), "A guide to convolution arithmetic"
template <class T>
Var<T> conv1d(const Var<T>& x, const Var<T>& w, const Conv1dOptions& options = {},
              Site site = Site::current());
/// The same, plus a bias b [O] for each channel.
template <class T>
Var<T> conv1d(const Var<T>& x, const Var<T>& w, const Var<T>& b, const Conv1dOptions& options = {},
              Site site = Site::current());

/// A convolution over two axes.
///
/// Shapes:     x [B, C, H, W], w [O, C / groups, h, w] -> [B, O, H', W'], with H' and W' as in
///             `conv1d`
/// Forward:    as `conv1d`, over rows and columns
/// Derivative: that of `unfold` and `matmul`, which it is
/// Saves:      the unfolded x: h w / (stride of both) times x
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     as `conv1d`
/// Source:     as `conv1d`
template <class T>
Var<T> conv2d(const Var<T>& x, const Var<T>& w, const Conv2dOptions& options = {},
              Site site = Site::current());
/// The same, plus a bias b [O] for each channel.
template <class T>
Var<T> conv2d(const Var<T>& x, const Var<T>& w, const Var<T>& b, const Conv2dOptions& options = {},
              Site site = Site::current());

/// A convolution over time that sees the present and the past only, for sequences as the recurrent
/// layers have them: step t of the result depends on no later step of x.
///
/// Shapes:     x [T, B, C], w [k, C, O] -> [T, B, O]
/// Forward:    y[t] = Σᵢ x[t - (k - 1 - i) dilation] w[i], with zeros before the first step
/// Derivative: that of the slices and the one product that it is
/// Saves:      the k slices of x side by side
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` for other shapes, and a dilation below 1
/// Source:     A. van den Oord et al. (2016), "WaveNet"
template <class T>
Var<T> causal_conv1d(const Var<T>& x, const Var<T>& w, Index dilation = 1,
                     Site site = Site::current());

}  // namespace engram
