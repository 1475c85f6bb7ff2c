// Functions that are flat between their steps: their derivative is 0.
#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram {
namespace ops {

struct Flat {
  static auto df(auto, auto) { return Constant<0>{}; }
};

struct Floor : Flat {
  static constexpr auto name = "floor";
  static auto f(auto x) { return copysign(floor(x), x); }  // SSE2's loses the sign of -0
};

struct Ceil : Flat {
  static constexpr auto name = "ceil";
  static auto f(auto x) { return copysign(ceil(x), x); }
};

struct Round : Flat {
  static constexpr auto name = "round";
  static auto f(auto x) { return nearbyint(x); }
};

struct Sign : Flat {
  static constexpr auto name = "sign";
  template <class B>
  static B f(B x) {
    return select(x > B(0), B(1), select(x < B(0), B(-1), x));  // keeps NaN and ±0
  }
};

}  // namespace ops

/// The largest whole number that is not larger, element by element.
///
/// Shapes:     any
/// Forward:    y = ⌊x⌋
/// Derivative: 0 everywhere, at the steps too: nothing is learned through it
/// Saves:      nothing
/// Order:      any; all are 0
/// Accuracy:   exact
/// Throws:     nothing of its own
/// Source:     K. Iverson (1962), "A Programming Language"
template <class T>
Var<T> floor(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Floor{}, site, x);
}
auto floor(const AnyDual auto& x) { return evaluate(ops::Floor{}, x); }

/// The smallest whole number that is not smaller, ⌈x⌉; otherwise as `floor`.
template <class T>
Var<T> ceil(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Ceil{}, site, x);
}
auto ceil(const AnyDual auto& x) { return evaluate(ops::Ceil{}, x); }

/// The nearest whole number, of two the even one, as IEEE 754 rounds; otherwise as `floor`.
template <class T>
Var<T> round(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Round{}, site, x);
}
auto round(const AnyDual auto& x) { return evaluate(ops::Round{}, x); }

/// 1 where x > 0, -1 where x < 0, else x itself (0, NaN); otherwise as `floor`.
template <class T>
Var<T> sign(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Sign{}, site, x);
}
auto sign(const AnyDual auto& x) { return evaluate(ops::Sign{}, x); }

}  // namespace engram
