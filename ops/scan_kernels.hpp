// Going along an axis step by step, for the ops in which each entry follows from the one before.
#pragma once

#include "engram/core/array.hpp"

namespace engram::kernels {

/// Visits the entries along an axis in their order, or from the last to the first: f(at, before)
/// for each, with the flat offset of an element and of its neighbour in the entry visited before,
/// which is -1 for the first.
template <class F>
void scan(const Shape& shape, int axis, bool reverse, F&& f) {
  const Index n = shape[axis], outer = shape.axes(0, axis).size();
  const Index inner = shape.axes(axis + 1, shape.rank()).size();
  for (Index o = 0; o < outer; ++o) {
    for (Index step = 0; step < n; ++step) {
      const Index at = (o * n + (reverse ? n - 1 - step : step)) * inner;
      const Index before = at + (reverse ? inner : -inner);
      if (step == 0) {
        for (Index k = 0; k < inner; ++k) f(at + k, Index{-1});
      } else {
        for (Index k = 0; k < inner; ++k) f(at + k, before + k);
      }
    }
  }
}

}  // namespace engram::kernels
