// The inverse hyperbolic functions.
#pragma once

#include <limits>

#include "engram/ops/elementwise/abs.hpp"
#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/elementwise/lanes.hpp"
#include "engram/ops/elementwise/sqrt.hpp"

namespace engram {
namespace ops {

struct Asinh {
  static constexpr auto name = "asinh";
  static auto f(auto x) {
    return lane_by_lane([](auto v) { return std::asinh(v); }, x);
  }
  // 1 / √(1 + x²), both over max(1, |x|), so that the square stays finite.
  static auto df(auto x, auto) {
    using N = Number<decltype(x)>;
    const auto size = evaluate(Clamp<N>{1, (std::numeric_limits<N>::max)()}, abs(x));
    const auto one = 1 / size, of_x = finite(x) / size;
    return one / sqrt(one * one + of_x * of_x);
  }
};

struct Acosh {
  static constexpr auto name = "acosh";
  static auto f(auto x) {
    return lane_by_lane([](auto v) { return std::acosh(v); }, x);
  }
  static auto df(auto x, auto) { return 1 / (sqrt(x - 1) * sqrt(x + 1)); }
};

struct Atanh {
  static constexpr auto name = "atanh";
  static auto f(auto x) {
    return lane_by_lane([](auto v) { return std::atanh(v); }, x);
  }
  static auto df(auto x, auto) { return 1 / ((1 - x) * (1 + x)); }
};

}  // namespace ops

/// The inverse hyperbolic sine, element by element.
///
/// Shapes:     any
/// Forward:    y = arsinh x
/// Derivative: dx = dy / √(1 + x²), of any size of x
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   1 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     DLMF 4.37
template <class T>
Var<T> asinh(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Asinh{}, site, x);
}
auto asinh(const AnyDual auto& x) { return evaluate(ops::Asinh{}, x); }

/// The inverse hyperbolic cosine, element by element, 0 or more.
///
/// Shapes:     any
/// Forward:    y = arcosh x
/// Derivative: dx = dy / √(x² - 1), infinite at 1
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   1 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own; below 1 value and derivative are NaN
/// Source:     DLMF 4.37
template <class T>
Var<T> acosh(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Acosh{}, site, x);
}
auto acosh(const AnyDual auto& x) { return evaluate(ops::Acosh{}, x); }

/// The inverse hyperbolic tangent, element by element.
///
/// Shapes:     any
/// Forward:    y = artanh x, infinite at ±1
/// Derivative: dx = dy / (1 - x²), infinite at ±1
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   1 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own; outside [-1, 1] the value is NaN
/// Source:     DLMF 4.37
template <class T>
Var<T> atanh(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Atanh{}, site, x);
}
auto atanh(const AnyDual auto& x) { return evaluate(ops::Atanh{}, x); }

}  // namespace engram
