#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Which operands of a product are transposed, in their last two axes.
struct Transposed {
  bool a = false;
  bool b = false;
};

/// The matrix product of the last two axes, for every index of the leading ones.
///
/// Shapes:     op(a) [..., m, k], op(b) [..., k, n] -> [..., m, n], op transposing where asked;
///             the leading axes broadcast
/// Forward:    y = op(a) op(b)
/// Derivative: d op(a) = dy op(b)ᵀ, d op(b) = op(a)ᵀ dy
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` when the inner sizes differ, for an operand of fewer than two axes, or for
///             leading axes that do not broadcast
/// Source:     M. Giles (2008), "Collected matrix derivative results", 2.2.2
template <class T>
Var<T> matmul(const Var<T>& a, const Var<T>& b, Transposed transposed = {},
              Site site = Site::current());

/// The products of two batches of as many matrices: `matmul` that does not broadcast.
///
/// Shapes:     a [B, m, k], b [B, k, n] -> [B, m, n]
/// Forward:    y = a b
/// Derivative: da = dy bᵀ, db = aᵀ dy
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` for other shapes
/// Source:     PyTorch, "torch.bmm"
template <class T>
Var<T> bmm(const Var<T>& a, const Var<T>& b, Site site = Site::current());

/// x w + b: a layer without its nonlinearity, in one product that adds onto what is there.
///
/// Shapes:     x [..., k], w [k, n], b [n] or any shape that broadcasts to [..., n] -> [..., n]
/// Forward:    y = x w + b
/// Derivative: dx = dy wᵀ, dw = xᵀ dy, db = dy summed over the axes that b was broadcast over
/// Saves:      nothing beyond x and w
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` when the sizes do not fit
/// Source:     as `matmul`
template <class T>
Var<T> affine(const Var<T>& x, const Var<T>& w, const Var<T>& b, Site site = Site::current());

}  // namespace engram
