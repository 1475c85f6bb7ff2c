#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram {
namespace ops {

struct Tanh {
  static constexpr auto name = "tanh";
  static constexpr bool curved = true;
  static auto f(auto x) { return tanh(x); }
  static auto df(auto, auto y) { return 1 - y * y; }
};

}  // namespace ops

/// The hyperbolic tangent, element by element.
///
/// Shapes:     any
/// Forward:    y = tanh(x)
/// Derivative: dx = dy (1 - y²)
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   2 ulp; derivatives 2 ulp of dy
/// Throws:     nothing of its own
/// Source:     DLMF 4.28, 4.34
template <class T>
Var<T> tanh(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Tanh{}, site, x);
}
auto tanh(const AnyDual auto& x) { return evaluate(ops::Tanh{}, x); }

}  // namespace engram
