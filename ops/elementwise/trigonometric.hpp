// The circular functions and their inverses; angles are in radians.
#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/lanes.hpp"
#include "engram/ops/elementwise/sqrt.hpp"

namespace engram {
namespace ops {

// Those of batches have digits that depend on what else is in the batch: what is beyond a few turns
// there changes how all are computed.
template <class X>
auto sine(const X& x) {
  if constexpr (SimdBatch<X>) {
    return lane_by_lane([](auto v) { return std::sin(v); }, x);
  } else {
    return sin(x);
  }
}
template <class X>
auto cosine(const X& x) {
  if constexpr (SimdBatch<X>) {
    return lane_by_lane([](auto v) { return std::cos(v); }, x);
  } else {
    return cos(x);
  }
}

struct Sin {
  static constexpr auto name = "sin";
  static auto f(auto x) { return sine(x); }
  static auto df(auto x, auto) { return cosine(x); }
};

struct Cos {
  static constexpr auto name = "cos";
  static auto f(auto x) { return cosine(x); }
  static auto df(auto x, auto) { return -sine(x); }
};

struct Tan {
  static constexpr auto name = "tan";
  static auto f(auto x) {
    return lane_by_lane([](auto v) { return std::tan(v); }, x);
  }
  static auto df(auto, auto y) { return 1 + y * y; }
};

struct Asin {
  static constexpr auto name = "asin";
  static auto f(auto x) { return asin(x); }
  static auto df(auto x, auto) { return 1 / sqrt((1 - x) * (1 + x)); }
};

struct Acos {
  static constexpr auto name = "acos";
  static auto f(auto x) { return acos(x); }
  static auto df(auto x, auto) { return -1 / sqrt((1 - x) * (1 + x)); }
};

struct Atan {
  static constexpr auto name = "atan";
  static auto f(auto x) { return atan(x); }
  static auto df(auto x, auto) { return 1 / (1 + x * x); }
};

}  // namespace ops

/// The sine, element by element.
///
/// Shapes:     any
/// Forward:    y = sin x
/// Derivative: dx = dy cos x
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   1 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own; an infinite x gives NaN
/// Source:     DLMF 4.14
template <class T>
Var<T> sin(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Sin{}, site, x);
}
auto sin(const AnyDual auto& x) { return evaluate(ops::Sin{}, x); }

/// The cosine, element by element.
///
/// Shapes:     any
/// Forward:    y = cos x
/// Derivative: dx = -dy sin x
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   1 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own; an infinite x gives NaN
/// Source:     DLMF 4.14
template <class T>
Var<T> cos(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Cos{}, site, x);
}
auto cos(const AnyDual auto& x) { return evaluate(ops::Cos{}, x); }

/// The tangent, element by element.
///
/// Shapes:     any
/// Forward:    y = tan x
/// Derivative: dx = dy (1 + y²)
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   1 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own; an infinite x gives NaN
/// Source:     DLMF 4.14
template <class T>
Var<T> tan(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Tan{}, site, x);
}
auto tan(const AnyDual auto& x) { return evaluate(ops::Tan{}, x); }

/// The inverse sine, element by element, in [-π/2, π/2].
///
/// Shapes:     any
/// Forward:    y = arcsin x
/// Derivative: dx = dy / √(1 - x²), infinite at ±1
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own; outside [-1, 1] value and derivative are NaN
/// Source:     DLMF 4.23
template <class T>
Var<T> asin(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Asin{}, site, x);
}
auto asin(const AnyDual auto& x) { return evaluate(ops::Asin{}, x); }

/// The inverse cosine, element by element, in [0, π].
///
/// Shapes:     any
/// Forward:    y = arccos x
/// Derivative: dx = -dy / √(1 - x²), infinite at ±1
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own; outside [-1, 1] value and derivative are NaN
/// Source:     DLMF 4.23
template <class T>
Var<T> acos(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Acos{}, site, x);
}
auto acos(const AnyDual auto& x) { return evaluate(ops::Acos{}, x); }

/// The inverse tangent, element by element, in [-π/2, π/2].
///
/// Shapes:     any
/// Forward:    y = arctan x
/// Derivative: dx = dy / (1 + x²)
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   4 ulp; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     DLMF 4.23
template <class T>
Var<T> atan(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Atan{}, site, x);
}
auto atan(const AnyDual auto& x) { return evaluate(ops::Atan{}, x); }

}  // namespace engram
