#pragma once

#include "engram/ops/linear_algebra/matmul.hpp"

namespace engram {

/// The operands of a product whose zeros are strong: 0 times what meets it is 0, NaN and infinities
/// too.
struct Strong {
  bool a = false;
  bool b = false;
};

/// `matmul` in which a term counts nothing where a strong operand is 0, whatever the other is: that
/// of weights some of which hide what they meet. Without infinities and NaN it is `matmul`, to the
/// bit.
///
/// Shapes:     as `matmul`
/// Forward:    y = op(a) op(b), the terms left out in which an operand that is strong is 0
/// Derivative: that of `matmul`, in which dy is strong, and what is strong here
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   64 ulp of x
/// Throws:     as `matmul`
/// Source:     `matmul`; strong zeros: W. Moses and V. Churavy (2020), "Instead of rewriting
/// foreign
///             code for machine learning"
template <class T>
Var<T> strong_matmul(const Var<T>& a, const Var<T>& b, Transposed transposed = {},
                     Strong strong = {.a = true}, Site site = Site::current());

}  // namespace engram
