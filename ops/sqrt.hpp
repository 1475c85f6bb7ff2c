#pragma once

#include "engram/ops/arithmetic.hpp"

namespace engram {
namespace ops {

struct Sqrt {
  static constexpr auto name = "sqrt";
  static auto f(auto x) { return sqrt(x); }
  static auto df(auto, auto y) { return 0.5 / y; }
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
/// Saves:      nothing beyond x and y
/// Order:      any
/// Throws:     nothing of its own; a negative x gives NaN, and the derivative at 0 is infinite
/// Source:     IEEE 754, squareRoot
template <class T>
Var<T> sqrt(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Sqrt{}, site, x);
}

/// The square, element by element.
///
/// Shapes:     any
/// Forward:    y = x²
/// Derivative: dx = 2 dy x
/// Saves:      nothing beyond x and y
/// Order:      any
/// Throws:     nothing of its own
/// Source:     elementary
template <class T>
Var<T> square(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Square{}, site, x);
}

}  // namespace engram
