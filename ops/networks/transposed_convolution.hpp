#pragma once

#include "engram/ops/networks/convolution.hpp"

namespace engram {

struct ConvTranspose1dOptions {
  Index stride = 1;
  Index padding = 0;         ///< of the convolution that this is the adjoint of: y is shorter by it
  Index output_padding = 0;  ///< more entries at the end of y, fewer than the stride
  Index dilation = 1;
  Index groups = 1;
};

struct ConvTranspose2dOptions {
  HeightWidth stride = 1, padding = 0, output_padding = 0, dilation = 1;
  Index groups = 1;
};

/// The adjoint of a convolution over one axis: each entry of x puts the kernel down, `stride`
/// apart. It makes sequences longer where `conv1d` makes them shorter.
///
/// Shapes:     x [B, C, L], w [C, O / groups, k] -> [B, O, (L - 1) stride - 2 padding +
///             dilation (k - 1) + output_padding + 1]
/// Forward:    y[b, o, t stride + i dilation - padding] += Σ_c w[c, o, i] x[b, c, t], c over the
///             channels of the group of o
/// Derivative: that of `fold` and `matmul`, which it is
/// Saves:      x and w
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` for other shapes, channels that groups do not divide, an output padding that
///             is not below the stride, and when nothing is left of y
/// Source:     V. Dumoulin and F. Visin (2016), "A guide to convolution arithmetic", section 4
template <class T>
Var<T> conv_transpose1d(const Var<T>& x, const Var<T>& w,
                        const ConvTranspose1dOptions& options = {}, Site site = Site::current());
/// The same, plus a bias b [O] for each channel.
template <class T>
Var<T> conv_transpose1d(const Var<T>& x, const Var<T>& w, const Var<T>& b,
                        const ConvTranspose1dOptions& options = {}, Site site = Site::current());

/// The same over two axes.
///
/// Shapes:     x [B, C, H, W], w [C, O / groups, h, w] -> [B, O, H', W'], with H' and W' as in
///             `conv_transpose1d`
/// Forward:    as `conv_transpose1d`, over rows and columns
/// Derivative: that of `fold` and `matmul`, which it is
/// Saves:      x and w
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     as `conv_transpose1d`
/// Source:     as `conv_transpose1d`
template <class T>
Var<T> conv_transpose2d(const Var<T>& x, const Var<T>& w,
                        const ConvTranspose2dOptions& options = {}, Site site = Site::current());
/// The same, plus a bias b [O] for each channel.
template <class T>
Var<T> conv_transpose2d(const Var<T>& x, const Var<T>& w, const Var<T>& b,
                        const ConvTranspose2dOptions& options = {}, Site site = Site::current());

}  // namespace engram
