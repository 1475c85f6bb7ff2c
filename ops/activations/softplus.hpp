#pragma once

#include "engram/ops/activations/sigmoid.hpp"

namespace engram {
namespace ops {

struct Softplus {
  static constexpr auto name = "softplus";
  // max(x, 0) + log(1 + e^-|x|): e to a positive power never appears, so nothing overflows.
  static auto f(auto x) {
    return select(x < decltype(x)(0), decltype(x)(0), x) + log1p(exp(-abs(x)));
  }
  static auto df(auto x, auto) { return evaluate(Sigmoid{}, x); }
};

}  // namespace ops

/// The smooth rectifier, element by element.
///
/// Shapes:     any
/// Forward:    y = ln(1 + eˣ)
/// Derivative: dx = dy σ(x)
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   3 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     C. Dugas et al. (2001), "Incorporating second-order functional knowledge"
template <class T>
Var<T> softplus(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Softplus{}, site, x);
}
auto softplus(const AnyDual auto& x) { return evaluate(ops::Softplus{}, x); }

}  // namespace engram
