// Comparisons as numbers: 1 where they hold, 0 elsewhere. `greater` is in
// ops/elementwise/greater.hpp.
#pragma once

#include "engram/ops/elementwise/greater.hpp"

namespace engram {
namespace ops {

/// What comparisons have in common: they are flat.
struct Comparison {
  static auto da(auto, auto, auto) { return Constant<0>{}; }
  static auto db(auto, auto, auto) { return Constant<0>{}; }
};

struct Equal : Comparison {
  static constexpr auto name = "equal";
  template <class B>
  static B f(B a, B b) {
    return select(a == b, B(1), B(0));
  }
};
struct NotEqual : Comparison {
  static constexpr auto name = "not_equal";
  template <class B>
  static B f(B a, B b) {
    return select(a == b, B(0), B(1));  // xsimd takes != of NaN for false
  }
};
struct Less : Comparison {
  static constexpr auto name = "less";
  template <class B>
  static B f(B a, B b) {
    return select(a < b, B(1), B(0));
  }
};
struct LessEqual : Comparison {
  static constexpr auto name = "less_equal";
  template <class B>
  static B f(B a, B b) {
    return select(a <= b, B(1), B(0));
  }
};
struct GreaterEqual : Comparison {
  static constexpr auto name = "greater_equal";
  template <class B>
  static B f(B a, B b) {
    return select(a >= b, B(1), B(0));
  }
};

}  // namespace ops

/// 1 where a = b, 0 elsewhere (where one of them is NaN too).
///
/// Shapes:     any two that broadcast together
/// Forward:    y = [a = b]
/// Derivative: 0 everywhere
/// Saves:      nothing
/// Order:      any; all are 0
/// Accuracy:   exact
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     Iverson bracket; IEEE 754 for NaN and ±0
template <class T>
Var<T> equal(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Equal{}, site, a, b);
}
template <class T>  // apart: std::equal would be a better match
Var<T> equal(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return equal(x, constant_like(x, s, site), site);
}
auto equal(const Element auto& a, const auto& b) {
  return evaluate(ops::Equal{}, a, constant_like(a, b));
}

/// 1 where a ≠ b (where one of them is NaN too), 0 elsewhere; otherwise as `equal`.
template <class T>
Var<T> not_equal(const Var<T>& a, const Operand<T>& b, Site site = Site::current()) {
  return elementwise(ops::NotEqual{}, site, a, b.beside(a, site));
}
auto not_equal(const Element auto& a, const auto& b) {
  return evaluate(ops::NotEqual{}, a, constant_like(a, b));
}

/// [a < b], otherwise as `equal`.
template <class T>
Var<T> less(const Var<T>& a, const Operand<T>& b, Site site = Site::current()) {
  return elementwise(ops::Less{}, site, a, b.beside(a, site));
}
auto less(const Element auto& a, const auto& b) {
  return evaluate(ops::Less{}, a, constant_like(a, b));
}

/// [a ≤ b], otherwise as `equal`.
template <class T>
Var<T> less_equal(const Var<T>& a, const Operand<T>& b, Site site = Site::current()) {
  return elementwise(ops::LessEqual{}, site, a, b.beside(a, site));
}
auto less_equal(const Element auto& a, const auto& b) {
  return evaluate(ops::LessEqual{}, a, constant_like(a, b));
}

/// [a ≥ b], otherwise as `equal`.
template <class T>
Var<T> greater_equal(const Var<T>& a, const Operand<T>& b, Site site = Site::current()) {
  return elementwise(ops::GreaterEqual{}, site, a, b.beside(a, site));
}
auto greater_equal(const Element auto& a, const auto& b) {
  return evaluate(ops::GreaterEqual{}, a, constant_like(a, b));
}

}  // namespace engram
