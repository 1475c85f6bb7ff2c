#pragma once

#include <limits>
#include <numbers>

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/where.hpp"

namespace engram {
namespace ops {

struct Log {
  static constexpr auto name = "log";
  static auto f(auto x) {
    if constexpr (SimdBatch<decltype(x)> && std::same_as<Number<decltype(x)>, double>) {
      // xsimd 8.1 is wrong by up to 34 for doubles below the normal ones.
      using B = decltype(x);
      const auto is_small = x < B((std::numeric_limits<double>::min)());
      const B y = log(select(is_small, x * B(0x1p54), x));
      return y - select(is_small, B(54 * std::numbers::ln2), B(0));
    } else {
      return log(x);
    }
  }
  static auto df(auto x, auto) { return 1 / x; }
};

struct Log1p {
  static constexpr auto name = "log1p";
  static auto f(auto x) { return where(x, log1p(x), x); }  // keeps -0
  static auto df(auto x, auto) { return 1 / (1 + x); }
};

}  // namespace ops

/// The natural logarithm, element by element.
///
/// Shapes:     any
/// Forward:    y = ln x
/// Derivative: dx = dy / x
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   2 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own; log(0) is -inf and a negative x gives NaN, as in IEEE 754
/// Source:     DLMF 4.2
template <class T>
Var<T> log(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Log{}, site, x);
}
auto log(const AnyDual auto& x) { return evaluate(ops::Log{}, x); }

/// ln(1 + x), element by element, with all digits for a small x.
///
/// Shapes:     any
/// Forward:    y = ln(1 + x)
/// Derivative: dx = dy / (1 + x)
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   3 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own; -1 gives -inf and anything less NaN
/// Source:     W. Kahan (1987), "Branch cuts for complex elementary functions"
template <class T>
Var<T> log1p(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Log1p{}, site, x);
}
auto log1p(const AnyDual auto& x) { return evaluate(ops::Log1p{}, x); }

}  // namespace engram
