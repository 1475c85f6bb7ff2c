#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram {
namespace ops {

struct Sqrt {
  static constexpr auto name = "sqrt";
  static auto f(auto x) { return sqrt(x); }
  static auto df(auto, auto y) { return 0.5 / y; }
};

struct Rsqrt {
  static constexpr auto name = "rsqrt";
  static auto f(auto x) { return 1 / sqrt(x); }
  static auto df(auto, auto y) { return -0.5 * y * y * y; }
};

struct Square {
  static constexpr auto name = "square";
  static auto f(auto x) { return x * x; }
  static auto df(auto x, auto) { return 2 * x; }
};

}  // namespace ops

/// The square root, element by element.
///
/// Shapes:     any
/// Forward:    y = √x
/// Derivative: dx = dy / (2 y)
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   1 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own; a negative x gives NaN, and the derivative at 0 is infinite
/// Source:     IEEE 754, squareRoot
template <class T>
Var<T> sqrt(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Sqrt{}, site, x);
}
auto sqrt(const AnyDual auto& x) { return evaluate(ops::Sqrt{}, x); }

/// The reciprocal of the square root, element by element.
///
/// Shapes:     any
/// Forward:    y = 1 / √x
/// Derivative: dx = -dy y³ / 2
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   2 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own; 0 gives infinity, a negative x NaN
/// Source:     IEEE 754, rSqrt
template <class T>
Var<T> rsqrt(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Rsqrt{}, site, x);
}
auto rsqrt(const AnyDual auto& x) { return evaluate(ops::Rsqrt{}, x); }

/// The square, element by element.
///
/// Shapes:     any
/// Forward:    y = x²
/// Derivative: dx = 2 dy x
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   1 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own
/// Source:     elementary
template <class T>
Var<T> square(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Square{}, site, x);
}
auto square(const AnyDual auto& x) { return evaluate(ops::Square{}, x); }

}  // namespace engram
