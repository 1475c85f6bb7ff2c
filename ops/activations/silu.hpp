#pragma once

#include "engram/ops/activations/sigmoid.hpp"
#include "engram/ops/activations/softplus.hpp"
#include "engram/ops/activations/tanh.hpp"
#include "engram/ops/elementwise/clamp.hpp"

namespace engram {
namespace ops {

struct Silu {
  static constexpr auto name = "silu";
  static auto f(auto x) { return finite_below(x) / (1 + exp(-x)); }
  static auto df(auto x, auto) {
    const auto s = evaluate(Sigmoid{}, x);
    return s + finite(x) * s * (1 - s);
  }
};

}  // namespace ops

/// The sigmoid-weighted linear unit, also named swish, element by element.
///
/// Shapes:     any
/// Forward:    y = x σ(x); 0 at -∞
/// Derivative: dx = dy (s + x s (1 - s)), s = σ(x)
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp of x
/// Throws:     nothing of its own
/// Source:     S. Elfwing, E. Uchibe and K. Doya (2018), "Sigmoid-weighted linear units"
template <class T>
Var<T> silu(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Silu{}, site, x);
}
auto silu(const AnyDual auto& x) { return evaluate(ops::Silu{}, x); }

}  // namespace engram
