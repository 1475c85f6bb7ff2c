#pragma once

#include <limits>

#include "engram/ops/elementwise/comparisons.hpp"

namespace engram {
namespace ops {

template <class T>
struct Clamp {
  static constexpr auto name = "clamp";
  T low, high;

  void check() const {
    if (!(low <= high)) fail("bounds from ", low, " to ", high, "; need low <= high");
  }
  template <class B>
  B f(B x) const {
    return select(x < B(low), B(low), select(x > B(high), B(high), x));  // keeps NaN
  }
  auto df(auto x, auto) const { return Mask(greater_equal(x, low) * less_equal(x, high)); }
};

/// x with the largest finite number in place of infinity: times 0 it is 0.
template <SimdBatch B>
B finite(const B& x) {
  constexpr auto most = (std::numeric_limits<Number<B>>::max)();
  return Clamp<Number<B>>{-most, most}.f(x);
}

/// The same for -infinity alone.
template <SimdBatch B>
B finite_below(const B& x) {
  constexpr auto most = (std::numeric_limits<Number<B>>::max)();
  return select(x < B(-most), B(-most), x);
}

}  // namespace ops

/// The nearest number in [low, high], element by element.
///
/// Shapes:     any
/// Forward:    y = min(max(x, low), high); NaN stays NaN
/// Derivative: dx = dy where low ≤ x ≤ high, 0 elsewhere
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for low > high, or where one of them is NaN; they may be infinite
/// Source:     PyTorch, "torch.clamp"
template <class T>
Var<T> clamp(const Var<T>& x, std::type_identity_t<T> low, std::type_identity_t<T> high,
             Site site = Site::current()) {
  return elementwise(ops::Clamp<T>{low, high}, site, x);
}
auto clamp(const AnyDual auto& x, Number<decltype(x)> low, Number<decltype(x)> high) {
  return evaluate(ops::Clamp<Number<decltype(x)>>{low, high}, x);
}

namespace ops {

template <class T>
Var<T> finite(const Var<T>& x) {
  constexpr T most = (std::numeric_limits<T>::max)();
  return clamp(x, -most, most);
}
auto finite(const AnyDual auto& x) {
  constexpr auto most = (std::numeric_limits<Number<decltype(x)>>::max)();
  return clamp(x, -most, most);
}

}  // namespace ops
}  // namespace engram
