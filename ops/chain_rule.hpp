// The chain rule of elementwise ops: a derivative by an input, and what it is multiplied with.
#pragma once

#include <cstddef>
#include <type_traits>

#include "engram/ops/arithmetic.hpp"
#include "engram/ops/elementwise.hpp"
#include "engram/ops/where.hpp"

namespace engram::kernels {

/// dy * d for a derivative d that may be a `Constant`, a `Mask`, a plain number or a value.
template <class Y, class D>
Y chain(const Y& dy, const D& d) {
  return dy * d;
}
template <class Y>
Y chain(const Y& dy, Constant<1>) {
  return dy;
}
template <class Y>
Y chain(const Y& dy, Constant<-1>) {
  return -dy;
}
template <class Y>
Y chain(const Y& dy, const Mask<Y>& d) {
  return where(d.on, dy, Number<Y>{0});
}

/// Whether `D` is a derivative that is 0, or 1, everywhere.
template <class D>
inline constexpr bool kZero = std::is_same_v<D, Constant<0>>;
template <class D>
inline constexpr bool kOne = std::is_same_v<D, Constant<1>>;

/// Op's derivative by input k, at `v`: the inputs and the result.
template <std::size_t k, class Op, class... V>
auto slope(const Op& op, const V&... v) {
  if constexpr (sizeof...(V) == 2) {
    return op.df(v...);
  } else if constexpr (k == 0) {
    return op.da(v...);
  } else if constexpr (k == 1) {
    return op.db(v...);
  } else {
    return op.dc(v...);
  }
}

}  // namespace engram::kernels
