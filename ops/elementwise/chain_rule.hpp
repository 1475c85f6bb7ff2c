// The chain rule of elementwise ops: a derivative by an input, and what it is multiplied with.
#pragma once

#include <cmath>
#include <cstddef>
#include <type_traits>

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/elementwise.hpp"
#include "engram/ops/elementwise/where.hpp"

namespace engram::kernels {

/// dy d, and 0 where dy is 0 whatever d: what has no influence on the result has none, though its
/// derivative be infinite or NaN. Source: W. Moses and V. Churavy (2020), "Instead of rewriting
/// foreign code for machine learning" (Enzyme), which calls it a strong zero.
struct Chain {
  static constexpr auto name = "chain";
  static auto f(auto dy, auto d) {
    using B = decltype(dy);
    return select(dy == B(0), B(0), dy * d);
  }
  static auto da(auto, auto d, auto) { return d; }
  static auto db(auto dy, auto, auto) { return StrongZero(dy); }
};

/// The same, and 0 where d is 0 too: what both are, going back through `Chain`. Neither derivative
/// is lost there: that by what is 0 is the other.
struct ChainOfZeros {
  static constexpr auto name = "chain";
  static auto f(auto dy, auto d) {
    using B = decltype(dy);
    return select(dy == B(0) || d == B(0), B(0), dy * d);
  }
  static auto da(auto, auto d, auto) { return StrongZero(d); }
  static auto db(auto dy, auto, auto) { return StrongZero(dy); }
};

/// dy d for a derivative d that may be a `Constant`, a `Mask`, a plain number or a value, by
/// `Chain`.
template <class Y>
Y chain(const Y& dy, const Y& d) {
  return evaluate(Chain{}, dy, d);
}
template <SimdBatch Y>
Y chain(const Y& dy, Number<Y> d) {
  return std::isfinite(d) ? dy * d : chain(dy, Y(d));
}
template <class T>
Var<T> chain(const Var<T>& dy, std::type_identity_t<T> d) {
  return std::isfinite(d) ? dy * d : chain(dy, constant_like(dy, d));
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

template <class Y>
Y chain(const Y& dy, const StrongZero<Y>& d) {
  return evaluate(ChainOfZeros{}, dy, d.value);
}

/// Whether `D` is a derivative that is 0, or 1, everywhere.
template <class D>
inline constexpr bool kZero = std::is_same_v<D, Constant<0>>;
template <class D>
inline constexpr bool kOne = std::is_same_v<D, Constant<1>>;

/// Op's derivative by input k, at `v`: the inputs and the result.
template <std::size_t k, class Op, class... V>
auto slope(const Op& op, const V&... v) {
  if constexpr (sizeof...(V) == 2 || k == 5) {  // by the only one, or the sixth
    return op.df(v...);
  } else if constexpr (k == 0) {
    return op.da(v...);
  } else if constexpr (k == 1) {
    return op.db(v...);
  } else if constexpr (k == 2) {
    return op.dc(v...);
  } else if constexpr (k == 3) {
    return op.dd(v...);
  } else {
    return op.de(v...);
  }
}

}  // namespace engram::kernels
