// Functions of the standard library for the elements of a SIMD batch, one after another: for those
// that xsimd 8.1 computes with too few digits, with other results for infinities, or with digits
// that depend on the neighbours in the batch. tests/elementwise_edges.cpp says which.
#pragma once

#include <array>
#include <cmath>

#include "engram/ops/elementwise/elementwise.hpp"

namespace engram::ops {

template <SimdBatch B, class F, std::same_as<B>... Rest>
B lane_by_lane(const F& f, const B& x, const Rest&... rest) {
  std::array<Number<B>, B::size> y, a;
  if constexpr (sizeof...(Rest) == 0) {
    x.store_unaligned(a.data());
    for (std::size_t k = 0; k < B::size; ++k) y[k] = f(a[k]);
  } else {
    std::array<Number<B>, B::size> b;
    x.store_unaligned(a.data());
    (rest.store_unaligned(b.data()), ...);
    for (std::size_t k = 0; k < B::size; ++k) y[k] = f(a[k], b[k]);
  }
  return B::load_unaligned(y.data());
}

}  // namespace engram::ops
