#pragma once

#include "engram/ops/elementwise/greater.hpp"

namespace engram {
namespace ops {

// 1 where a > b, 1/2 where they are equal, 0 elsewhere.
auto share_of_greater(auto a, auto b) { return 0.5 * (1 + greater(a, b) - greater(b, a)); }

struct Maximum {
  static constexpr auto name = "maximum";
  static auto f(auto a, auto b) { return select((a > b) || isnan(a), a, b); }
  static auto da(auto a, auto b, auto) { return share_of_greater(a, b); }
  static auto db(auto a, auto b, auto) { return share_of_greater(b, a); }
};

struct Minimum {
  static constexpr auto name = "minimum";
  static auto f(auto a, auto b) { return select((a < b) || isnan(a), a, b); }
  static auto da(auto a, auto b, auto) { return share_of_greater(b, a); }
  static auto db(auto a, auto b, auto) { return share_of_greater(a, b); }
};

}  // namespace ops

/// The larger of a and b, element by element. NaN in either gives NaN.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = max(a, b)
/// Derivative: dy goes to the larger; where they are equal, half to each
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     the subgradient of equal shares, as in JAX and PyTorch
template <class T>
Var<T> maximum(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Maximum{}, site, a, b);
}
auto maximum(const AnyDual auto& a, const AnyDual auto& b) {
  return evaluate(ops::Maximum{}, a, b);
}

/// The smaller of a and b, as `maximum`.
template <class T>
Var<T> minimum(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Minimum{}, site, a, b);
}
auto minimum(const AnyDual auto& a, const AnyDual auto& b) {
  return evaluate(ops::Minimum{}, a, b);
}

}  // namespace engram
