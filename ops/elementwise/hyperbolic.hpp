// The hyperbolic sine and cosine; the tangent is in ops/activations/tanh.hpp.
#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/lanes.hpp"

namespace engram {
namespace ops {

struct Sinh {
  static constexpr auto name = "sinh";
  static auto f(auto x) { return sinh(x); }
  static auto df(auto x, auto) { return cosh(x); }
};

struct Cosh {
  static constexpr auto name = "cosh";
  static auto f(auto x) { return cosh(x); }
  static auto df(auto x, auto) { return sinh(x); }
};

}  // namespace ops

/// The hyperbolic sine, element by element.
///
/// Shapes:     any
/// Forward:    y = sinh x
/// Derivative: dx = dy cosh x
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     DLMF 4.28
template <class T>
Var<T> sinh(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Sinh{}, site, x);
}
auto sinh(const AnyDual auto& x) { return evaluate(ops::Sinh{}, x); }

/// The hyperbolic cosine, element by element.
///
/// Shapes:     any
/// Forward:    y = cosh x
/// Derivative: dx = dy sinh x
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     DLMF 4.28
template <class T>
Var<T> cosh(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Cosh{}, site, x);
}
auto cosh(const AnyDual auto& x) { return evaluate(ops::Cosh{}, x); }

}  // namespace engram
