#pragma once

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/abs.hpp"
#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/losses/pairs.hpp"
#include "engram/ops/losses/reduction.hpp"

namespace engram {
namespace ops {

template <class T>
struct Huber {
  static constexpr auto name = "huber";
  T delta;

  void check() const {
    if (!(delta > 0)) fail("delta ", delta, "; need delta > 0");
  }
  auto clamped(auto x) const { return evaluate(Clamp<T>{-delta, delta}, x); }
  // With c = x in the middle x²/2, with c = ±delta outside delta |x| - delta²/2.
  auto f(auto x) const {
    const auto c = clamped(x);
    return c * (x - 0.5 * c);
  }
  auto df(auto x, auto) const { return clamped(x); }
};

}  // namespace ops

/// The mean of errors that count squared while they are small, and as they are from delta on.
///
/// Shapes:     as `mse`
/// Forward:    y = mean(h(a - b)), h(x) = x²/2 where |x| ≤ delta, delta (|x| - delta/2) elsewhere
/// Derivative: da = dy min(max(a - b, -delta), delta) / n, db = -da
/// Saves:      a - b
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` for shapes that differ, or hold no values, or for delta ≤ 0
/// Source:     P. Huber (1964), "Robust estimation of a location parameter"
template <class T>
Var<T> huber(const Var<T>& a, const Var<T>& b, std::type_identity_t<T> delta = 1,
             Reduction reduction = Reduction::mean, Site site = Site::current()) {
  return within("huber", a, site, [&] {
    check_pairs(a, b);
    return reduced(elementwise(ops::Huber<T>{delta}, site, a - b), reduction);
  });
}

}  // namespace engram
