#pragma once

#include "engram/core/within.hpp"
#include "engram/ops/activations/softplus.hpp"
#include "engram/ops/elementwise/greater.hpp"
#include "engram/ops/elementwise/where.hpp"
#include "engram/ops/losses/pairs.hpp"
#include "engram/ops/losses/reduction.hpp"

namespace engram {
namespace ops {

struct BinaryCrossEntropy {
  static constexpr auto name = "binary_cross_entropy_with_logits";
  // |x| times what the answer lacks, and ln(1 + e^-|x|): nothing is subtracted that may be large,
  // and an infinite x that is right costs nothing.
  static auto f(auto x, auto t) {
    using B = decltype(x);
    const B lacks = select(x > B(0), 1 - t, t);
    return select(lacks == B(0), B(0), abs(x) * lacks) + log1p(exp(-abs(x)));
  }
  // σ(x) - t, without losing the digits of a σ near 1.
  static auto da(auto x, auto t, auto) {
    return where(greater(t, 0.5), (1 - t) - evaluate(Sigmoid{}, -x), evaluate(Sigmoid{}, x) - t);
  }
  static auto db(auto x, auto, auto) { return -x; }
};

}  // namespace ops

/// The mean cross-entropy, in nats, of independent yes-or-no answers with probability σ(x).
///
/// Shapes:     logits x and targets t (in [0, 1]), as `mse`
/// Forward:    y = mean(-t ln σ(x) - (1 - t) ln(1 - σ(x))) = mean(softplus(x) - x t)
/// Derivative: dx = dy (σ(x) - t) / n, dt = -dy x / n
/// Saves:      nothing beyond x and t
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for shapes that differ, or hold no values
/// Source:     D. R. Cox (1958), "The regression analysis of binary sequences"
template <class T>
Var<T> binary_cross_entropy_with_logits(const Var<T>& x, const Var<T>& targets,
                                        Reduction reduction = Reduction::mean,
                                        Site site = Site::current()) {
  return within("binary_cross_entropy_with_logits", x, site, [&] {
    check_pairs(x, targets);
    return reduced(elementwise(ops::BinaryCrossEntropy{}, site, x, targets), reduction);
  });
}

}  // namespace engram
