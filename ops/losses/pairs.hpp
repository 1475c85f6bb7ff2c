// check_pairs: what losses that compare number with number take.
#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// Throws `Error` unless the two have one shape or one of them is a scalar. That
/// [n, 1] and [n] broadcast to [n, n] is no loss that anybody wants.
template <class T>
void check_pairs(const Var<T>& a, const Var<T>& b) {
  const Shape of_a = a.shape(), of_b = b.shape();
  if (of_a == of_b || of_a.rank() == 0 || of_b.rank() == 0) return;
  fail(
      "shapes ", of_a, " and ", of_b,
      " differ; need one shape, or a scalar: reshape one of them, or broadcast_to if it is to meet "
      "all of the other");
}

}  // namespace engram
