#pragma once

#include "engram/ops/activations/sigmoid.hpp"
#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/elementwise/erf.hpp"

namespace engram {
namespace ops {

/// The probability that a normal variable is less than x. Not as 1 + erf: that loses the digits of
/// a small one.
auto normal_probability(auto x) {
  constexpr double root_half = 0.70710678118654752440;  // √½
  return 0.5 * evaluate(Erfc{}, x * -root_half);
}

struct Gelu {
  static constexpr auto name = "gelu";
  static auto f(auto x) { return finite_below(x) * normal_probability(x); }
  static auto df(auto x, auto) {
    constexpr double height = 0.39894228040143267794;  // 1/√2π, of the density at 0
    return normal_probability(x) + finite(x) * (height * exp(-0.5 * x * x));
  }
};

struct GeluTanh {
  static constexpr auto name = "gelu_tanh";
  static constexpr double kRate = 2 * 0.79788456080286535588;  // 2 √(2/π)
  static constexpr double kCubic = 0.044715;                   // of the paper, section 2

  // ½ (1 + tanh u) = σ(2u)
  static auto probability(auto x) { return evaluate(Sigmoid{}, kRate * x * (1 + kCubic * x * x)); }
  static auto f(auto x) { return finite_below(x) * probability(x); }
  static auto df(auto x, auto) {
    const auto v = evaluate(Clamp<Number<decltype(x)>>{-50, 50}, x);  // beyond it is 0 or 1
    const auto s = probability(v);
    return s + v * s * (1 - s) * (kRate * (1 + 3 * kCubic * v * v));
  }
};

}  // namespace ops

/// The Gaussian error linear unit, element by element.
///
/// Shapes:     any
/// Forward:    y = x Φ(x), Φ(x) = ½ (1 + erf(x / √2)); 0 at -∞
/// Derivative: dx = dy (Φ(x) + x exp(-x²/2) / √2π)
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp of x
/// Throws:     nothing of its own
/// Source:     D. Hendrycks and K. Gimpel (2016), "Gaussian error linear units"
template <class T>
Var<T> gelu(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Gelu{}, site, x);
}
auto gelu(const AnyDual auto& x) { return evaluate(ops::Gelu{}, x); }

/// The Gaussian error linear unit by its approximation, faster than the exact one.
///
/// Shapes:     any
/// Forward:    y = ½ x (1 + tanh u), u = √(2/π) (x + 0.044715 x³); 0 at -∞
/// Derivative: dx = dy (½ (1 + tanh u) + ½ x (1 - tanh² u) u')
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp of x
/// Throws:     nothing of its own
/// Source:     D. Hendrycks and K. Gimpel (2016), section 2
template <class T>
Var<T> gelu_tanh(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::GeluTanh{}, site, x);
}
auto gelu_tanh(const AnyDual auto& x) { return evaluate(ops::GeluTanh{}, x); }

}  // namespace engram
