#pragma once

#include "engram/ops/elementwise/abs.hpp"
#include "engram/ops/elementwise/clamp.hpp"

namespace engram {
namespace ops {

struct Softsign {
  static constexpr auto name = "softsign";
  static auto f(auto x) { return finite(x) / (1 + abs(finite(x))); }
  static auto df(auto x, auto) {
    const auto r = 1 / (1 + abs(x));
    return r * r;
  }
};

}  // namespace ops

/// A unit like tanh with longer tails, element by element.
///
/// Shapes:     any
/// Forward:    y = x / (1 + |x|); ±1 at ±∞
/// Derivative: dx = dy / (1 + |x|)²
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   2 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     J. Bergstra et al. (2009), "Quadratic polynomials learn better image features"
template <class T>
Var<T> softsign(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Softsign{}, site, x);
}
auto softsign(const AnyDual auto& x) { return evaluate(ops::Softsign{}, x); }

}  // namespace engram
