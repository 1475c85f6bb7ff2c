#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram {

namespace ops {

struct Greater {
  static constexpr auto name = "greater";
  template <class B>
  static B f(B a, B b) {
    return select(a > b, B(1), B(0));
  }
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
Var<T> greater(const Var<T>& a, const Operand<T>& b, Site site = Site::current()) {
  return elementwise(ops::Greater{}, site, a, b.beside(a, site));
}
auto greater(const Element auto& a, const auto& b) {
  return evaluate(ops::Greater{}, a, constant_like(a, b));
}

}  // namespace engram
