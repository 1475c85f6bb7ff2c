#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// How windows of `size` elements, `dilation` apart, lie along an axis that has `before` and
/// `after` elements more than it has: one every `stride`.
struct WindowAxis {
  Index size = 1, stride = 1, before = 0, after = 0, dilation = 1;

  /// Windows along an axis of this extent. Throws `Error` when there is none, or for a size, stride
  /// or dilation below 1, or a padding below 0.
  Index count(Index extent) const;
};

/// Windows over the last two axes of [B, C, H, W].
struct Windows {
  WindowAxis rows, columns;
};

/// The elements of every window side by side ("im2col"), which makes a convolution a matrix product
/// and pooling a reduction.
///
/// Shapes:     x [B, C, H, W] -> [B, C h w, n], n windows of size [h, w], row by row
/// Forward:    y[b, (c, i, j), (r, s)] = x[b, c, r stride + i dilation - before, ...], `padding`
///             outside x
/// Derivative: dx = fold(dy)
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for an x that is not [B, C, H, W], and as `WindowAxis::count`
/// Source:     K. Chellapilla, S. Puri and P. Simard (2006), "High performance convolutional neural
///             networks for document processing"
template <class T>
Var<T> unfold(const Var<T>& x, const Windows& windows, double padding = 0,
              Site site = Site::current());

/// The adjoint: every element of every window is added to the place it is of.
///
/// Shapes:     x [B, C h w, n] -> [B, C, height, width]
/// Forward:    y[b, c, r stride + i dilation - before, ...] += x[b, (c, i, j), (r, s)]
/// Derivative: dx = unfold(dy)
/// Saves:      nothing
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     `Error` when x is not what `unfold` makes of [B, C, height, width]
/// Source:     the adjoint of unfolding
template <class T>
Var<T> fold(const Var<T>& x, const Windows& windows, Index height, Index width,
            Site site = Site::current());

}  // namespace engram
