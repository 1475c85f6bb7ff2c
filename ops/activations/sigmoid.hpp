#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram {
namespace ops {

struct Sigmoid {
  static constexpr auto name = "sigmoid";
  static constexpr bool curved = true;
  static auto f(auto x) { return 1 / (1 + exp(-x)); }
  static auto df(auto, auto y) { return y * (1 - y); }
};

}  // namespace ops

/// The logistic function, element by element: what opens and closes a gate.
///
/// Shapes:     any
/// Forward:    y = σ(x) = 1 / (1 + e⁻ˣ)
/// Derivative: dx = dy y (1 - y)
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   3 ulp; derivatives 2 ulp of dy
/// Throws:     nothing of its own
/// Source:     P.-F. Verhulst (1845), "Recherches mathématiques sur la loi d'accroissement"
template <class T>
Var<T> sigmoid(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Sigmoid{}, site, x);
}
auto sigmoid(const AnyDual auto& x) { return evaluate(ops::Sigmoid{}, x); }

}  // namespace engram
