#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram {

/// 1 where a > b, else 0, for SIMD batches: what derivatives with a corner are made of.
template <SimdBatch B>
auto greater(B a, std::type_identity_t<B> b) {
  return select(a > b, B(1), B(0));
}

namespace ops {

struct Greater {
  static constexpr auto name = "greater";
  static auto f(auto a, auto b) { return greater(a, b); }
  static auto da(auto, auto, auto) { return Constant<0>{}; }
  static auto db(auto, auto, auto) { return Constant<0>{}; }
};

}  // namespace ops

/// 1 where a > b, 0 elsewhere (where one of them is NaN too).
///
/// Shapes:     any two that broadcast together
/// Forward:    y = [a > b]
/// Derivative: 0 everywhere
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     Iverson bracket
template <class T>
Var<T> greater(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Greater{}, site, a, b);
}
template <class T>
Var<T> greater(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return greater(x, constant_like(x, s, site), site);
}
auto greater(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::Greater{}, a, constant_like(a, b));
}

}  // namespace engram
