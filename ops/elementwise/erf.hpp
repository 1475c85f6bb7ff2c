#pragma once

#include "engram/ops/elementwise/exp.hpp"
#include "engram/ops/elementwise/lanes.hpp"

namespace engram {
namespace ops {

inline constexpr double kTwoByRootPi = 1.12837916709551257390;  // 2/√π, DLMF 3.12

struct Erf {
  static constexpr auto name = "erf";
  static auto f(auto x) {
    return lane_by_lane([](auto v) { return std::erf(v); }, x);
  }
  static auto df(auto x, auto) { return kTwoByRootPi * exp(-x * x); }
};

struct Erfc {
  static constexpr auto name = "erfc";
  static auto f(auto x) {
    return lane_by_lane([](auto v) { return std::erfc(v); }, x);
  }
  static auto df(auto x, auto) { return -kTwoByRootPi * exp(-x * x); }
};

}  // namespace ops

/// The error function, element by element.
///
/// Shapes:     any
/// Forward:    y = 2/√π ∫₀ˣ exp(-t²) dt
/// Derivative: dx = dy 2/√π exp(-x²)
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   1 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     DLMF 7.2
template <class T>
Var<T> erf(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Erf{}, site, x);
}
auto erf(const AnyDual auto& x) { return evaluate(ops::Erf{}, x); }

/// Its complement, element by element, with all digits for a large x.
///
/// Shapes:     any
/// Forward:    y = 1 - erf x
/// Derivative: dx = -dy 2/√π exp(-x²)
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   3 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     DLMF 7.2
template <class T>
Var<T> erfc(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Erfc{}, site, x);
}
auto erfc(const AnyDual auto& x) { return evaluate(ops::Erfc{}, x); }

}  // namespace engram
