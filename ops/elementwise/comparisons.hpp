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
template <class T>
Var<T> equal(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return equal(x, constant_like(x, s, site), site);
}
template <SimdBatch B>
B equal(const B& a, const std::type_identity_t<B>& b) {
  return ops::Equal::f(a, b);
}
auto equal(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::Equal{}, a, constant_like(a, b));
}

/// 1 where a ≠ b (where one of them is NaN too), 0 elsewhere; otherwise as `equal`.
template <class T>
Var<T> not_equal(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::NotEqual{}, site, a, b);
}
template <class T>
Var<T> not_equal(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return not_equal(x, constant_like(x, s, site), site);
}
template <SimdBatch B>
B not_equal(const B& a, const std::type_identity_t<B>& b) {
  return ops::NotEqual::f(a, b);
}
auto not_equal(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::NotEqual{}, a, constant_like(a, b));
}

/// [a < b], otherwise as `equal`.
template <class T>
Var<T> less(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Less{}, site, a, b);
}
template <class T>
Var<T> less(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return less(x, constant_like(x, s, site), site);
}
template <SimdBatch B>
B less(const B& a, const std::type_identity_t<B>& b) {
  return ops::Less::f(a, b);
}
auto less(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::Less{}, a, constant_like(a, b));
}

/// [a ≤ b], otherwise as `equal`.
template <class T>
Var<T> less_equal(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::LessEqual{}, site, a, b);
}
template <class T>
Var<T> less_equal(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return less_equal(x, constant_like(x, s, site), site);
}
template <SimdBatch B>
B less_equal(const B& a, const std::type_identity_t<B>& b) {
  return ops::LessEqual::f(a, b);
}
auto less_equal(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::LessEqual{}, a, constant_like(a, b));
}

/// [a ≥ b], otherwise as `equal`.
template <class T>
Var<T> greater_equal(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::GreaterEqual{}, site, a, b);
}
template <class T>
Var<T> greater_equal(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return greater_equal(x, constant_like(x, s, site), site);
}
template <SimdBatch B>
B greater_equal(const B& a, const std::type_identity_t<B>& b) {
  return ops::GreaterEqual::f(a, b);
}
auto greater_equal(const AnyDual auto& a, const auto& b) {
  return evaluate(ops::GreaterEqual{}, a, constant_like(a, b));
}

}  // namespace engram
