#pragma once

#include "engram/ops/pairs.hpp"
#include "engram/ops/reduce.hpp"
#include "engram/ops/softplus.hpp"

namespace engram {
namespace ops {

struct BinaryCrossEntropy {
  static constexpr auto name = "binary_cross_entropy_with_logits";
  static auto f(auto x, auto t) { return Softplus::f(x) - x * t; }
  static auto da(auto x, auto t, auto) { return evaluate(Sigmoid{}, x) - t; }
  static auto db(auto x, auto, auto) { return -x; }
};

}  // namespace ops

/// The mean cross-entropy, in nats, of independent yes-or-no answers with probability σ(x).
///
/// Shapes:     logits x and targets t (in [0, 1]) of one shape, or one of them a scalar; the result
///             is a scalar
/// Forward:    y = mean(-t ln σ(x) - (1 - t) ln(1 - σ(x))) = mean(softplus(x) - x t)
/// Derivative: dx = dy (σ(x) - t) / n, dt = -dy x / n
/// Saves:      nothing beyond x and t
/// Order:      any
/// Throws:     `Error` for shapes that differ, or hold no values
/// Source:     D. R. Cox (1958), "The regression analysis of binary sequences"
template <class T>
Var<T> binary_cross_entropy_with_logits(const Var<T>& x, const Var<T>& targets,
                                        Site site = Site::current()) {
  check_pairs("binary_cross_entropy_with_logits", x, targets, site);
  return mean(elementwise(ops::BinaryCrossEntropy{}, site, x, targets), {}, false, site);
}

}  // namespace engram
