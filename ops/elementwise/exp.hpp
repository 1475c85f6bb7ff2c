#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/where.hpp"

namespace engram {
namespace ops {

struct Exp {
  static constexpr auto name = "exp";
  static auto f(auto x) { return exp(x); }
  static auto df(auto, auto y) { return y; }
};

struct Expm1 {
  static constexpr auto name = "expm1";
  static auto f(auto x) { return where(x, expm1(x), x); }  // keeps -0
  static auto df(auto x, auto) { return exp(x); }  // y + 1 has no digit of it where y is near -1
};

}  // namespace ops

/// The exponential function, element by element.
///
/// Shapes:     any
/// Forward:    y = eˣ
/// Derivative: dx = dy y
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   2 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own
/// Source:     DLMF 4.2
template <class T>
Var<T> exp(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Exp{}, site, x);
}
auto exp(const AnyDual auto& x) { return evaluate(ops::Exp{}, x); }

/// eˣ - 1, element by element, with all digits for a small x.
///
/// Shapes:     any
/// Forward:    y = eˣ - 1
/// Derivative: dx = dy eˣ
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   3 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own
/// Source:     W. Kahan (1987), "Branch cuts for complex elementary functions"
template <class T>
Var<T> expm1(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Expm1{}, site, x);
}
auto expm1(const AnyDual auto& x) { return evaluate(ops::Expm1{}, x); }

}  // namespace engram
