// What is left of a division, and its whole quotients.
#pragma once

#include "engram/ops/elementwise/comparisons.hpp"
#include "engram/ops/elementwise/lanes.hpp"

namespace engram {
namespace ops {

// ⌊a / b⌋, from what the division leaves, since a / b may be rounded to a whole number above it.
struct FloorDivide : Comparison {
  static constexpr auto name = "floor_divide";
  template <class B>
  static B f(const B& a, const B& b) {
    return lane_by_lane(
        [](auto v, auto w) {
          if (w == 0) return v / w;
          const auto left = std::fmod(v, w);
          const auto whole = std::nearbyint((v - left) / w);
          return left != 0 && (left < 0) != (w < 0) ? whole - 1 : whole;
        },
        a, b);
  }
};

struct TruncDivide : Comparison {
  static constexpr auto name = "trunc_divide";
  template <class B>
  static B f(const B& a, const B& b) {
    return lane_by_lane(
        [](auto v, auto w) {
          return w == 0 || std::isinf(v) ? v / w : std::nearbyint((v - std::fmod(v, w)) / w);
        },
        a, b);
  }
};

struct Mod {
  static constexpr auto name = "mod";
  template <class B>
  static B f(const B& a, const B& b) {
    return lane_by_lane(
        [](auto v, auto w) {
          const auto left = std::fmod(v, w);
          if (left == 0) return std::copysign(left, w);
          return (left < 0) != (w < 0) ? left + w : left;
        },
        a, b);
  }
  static auto da(auto, auto, auto) { return Constant<1>{}; }
  static auto db(auto a, auto b, auto) { return -evaluate(FloorDivide{}, a, b); }
};

struct Fmod {
  static constexpr auto name = "fmod";
  template <class B>
  static B f(const B& a, const B& b) {
    return lane_by_lane([](auto v, auto w) { return std::fmod(v, w); }, a, b);
  }
  static auto da(auto, auto, auto) { return Constant<1>{}; }
  static auto db(auto a, auto b, auto) { return -evaluate(TruncDivide{}, a, b); }
};

}  // namespace ops

/// What is left of a / b rounded down, as Python's % has it: with the sign of b.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = a - b ⌊a / b⌋, exactly; NaN for b = 0 and for an infinite a
/// Derivative: da = dy, db = -dy ⌊a / b⌋, at the steps too
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     PyTorch, "torch.remainder"
template <class T>
Var<T> mod(const Var<T>& a, const Operand<T>& b, Site site = Site::current()) {
  return elementwise(ops::Mod{}, site, a, b.beside(a, site));
}
auto mod(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::Mod{}, a, constant_like(a, b));
}

/// What is left of a / b rounded towards 0, as C's fmod has it: with the sign of a.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = a - b trunc(a / b), exactly; NaN for b = 0 and for an infinite a
/// Derivative: da = dy, db = -dy trunc(a / b), at the steps too
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     PyTorch, "torch.fmod"
template <class T>
Var<T> fmod(const Var<T>& a, const Operand<T>& b, Site site = Site::current()) {
  return elementwise(ops::Fmod{}, site, a, b.beside(a, site));
}
auto fmod(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::Fmod{}, a, constant_like(a, b));
}

/// a / b rounded down, the quotient of `mod`.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = ⌊a / b⌋ of the exact a / b; a / b for b = 0
/// Derivative: 0 everywhere
/// Saves:      nothing
/// Order:      any; all are 0
/// Accuracy:   exact
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     NumPy, "numpy.floor_divide"
template <class T>
Var<T> floor_divide(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::FloorDivide{}, site, a, b);
}
auto floor_divide(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::FloorDivide{}, a, constant_like(a, b));
}

/// a / b rounded towards 0, the quotient of `fmod`; otherwise as `floor_divide`.
template <class T>
Var<T> trunc_divide(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::TruncDivide{}, site, a, b);
}
auto trunc_divide(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::TruncDivide{}, a, constant_like(a, b));
}

}  // namespace engram
