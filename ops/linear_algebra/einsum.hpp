#pragma once

#include <string_view>

#include "engram/core/var.hpp"

namespace engram {

/// Einstein's summation: products of elements of one or two values, summed over the axes that the
/// result does not name. `einsum("bij,bjk->bik", a, b)`, `einsum("ii->", a)`.
///
/// A term gives each axis a letter, a to z or A to Z; "..." stands for the axes in between. Equal
/// letters mean equal indices: within a term the diagonal. What follows "->" names the axes of the
/// result in their order; without it they are "...", then the letters that occur once, A to z.
///
/// Shapes:     axes of one letter have the same extent; those of "..." broadcast
/// Forward:    y = Σ a b over the letters that are not in the result
/// Derivative: that of the products, sums, transposes and diagonals it is made of
/// Saves:      nothing beyond what `matmul` does, and the rearranged operands
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     `Error` for a specification that cannot be read or does not fit the shapes, and for
///             one whose result lacks the "..." of an operand: say which axes to sum over
/// Source:     A. Einstein (1916); NumPy, "numpy.einsum", whose notation this is
template <class T>
Var<T> einsum(std::string_view specification, const Var<T>& a, Site site = Site::current());
template <class T>
Var<T> einsum(std::string_view specification, const Var<T>& a, const Var<T>& b,
              Site site = Site::current());

}  // namespace engram
