// Mish: a smooth unit.
#pragma once

#include "engram/ops/activations/sigmoid.hpp"
#include "engram/ops/activations/softplus.hpp"
#include "engram/ops/activations/tanh.hpp"

namespace engram {
namespace ops {

struct Mish {
  static constexpr auto name = "mish";
  static auto f(auto x) { return finite_below(x) * tanh(Softplus::f(x)); }
  static auto df(auto x, auto) {
    const auto t = tanh(evaluate(Softplus{}, x));
    return t + finite(x) * evaluate(Sigmoid{}, x) * (1 - t * t);
  }
};

}  // namespace ops

/// A smooth unit like `silu`, element by element.
///
/// Shapes:     any
/// Forward:    y = x tanh(softplus(x)); 0 at -∞
/// Derivative: dx = dy (t + x σ(x) (1 - t²)), t = tanh(softplus(x))
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp of x
/// Throws:     nothing of its own
/// Source:     D. Misra (2020), "Mish: a self regularized non-monotonic activation function"
template <class T>
Var<T> mish(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Mish{}, site, x);
}
auto mish(const AnyDual auto& x) { return evaluate(ops::Mish{}, x); }

}  // namespace engram
