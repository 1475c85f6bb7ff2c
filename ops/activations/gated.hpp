// Units in which one half decides how much of the other goes through, and a cap on scores.
#pragma once

#include "engram/core/within.hpp"
#include "engram/ops/activations/silu.hpp"
#include "engram/ops/shapes/slice.hpp"

namespace engram {
namespace ops {

struct Swiglu {
  static constexpr auto name = "swiglu";
  static auto f(auto a, auto b) { return Silu::f(a) * b; }
  static auto da(auto a, auto b, auto y) { return Silu::df(a, y) * b; }
  static auto db(auto a, auto, auto) { return evaluate(Silu{}, a); }
};

template <class T>
struct SoftCap {
  static constexpr auto name = "soft_cap";
  T cap;

  void check() const {
    if (!(cap > 0)) fail("a cap of ", cap, "; need a number above 0");
  }
  auto f(auto x) const { return cap * tanh(x / cap); }
  auto df(auto, auto y) const { return (1 - y / cap) * (1 + y / cap); }
};

}  // namespace ops

/// The gated unit of large language models, element by element: b through a gate that a opens.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = silu(a) b
/// Derivative: da = dy b silu'(a), db = dy silu(a)
/// Saves:      nothing beyond a and b
/// Order:      any
/// Accuracy:   4 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     N. Shazeer (2020), "GLU variants improve transformer"
template <class T>
Var<T> swiglu(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Swiglu{}, site, a, b);
}
auto swiglu(const AnyDual auto& a, const AnyDual auto& b) { return evaluate(ops::Swiglu{}, a, b); }

/// The same of the two halves of x along an axis, a the first. Throws `Error` for an odd extent.
template <class T>
Var<T> swiglu(const Var<T>& x, int axis = -1, Site site = Site::current()) {
  return within("swiglu", x, site, [&] {
    const auto [a, b] = split<2>(x, axis);
    return swiglu(a, b);
  });
}

/// x held between -cap and cap by a smooth bend, element by element, as scores before a softmax
/// are.
///
/// Shapes:     any
/// Forward:    y = cap tanh(x / cap)
/// Derivative: dx = dy (1 - (y / cap)²)
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   3 ulp; derivatives 3 ulp of dy
/// Throws:     `Error` unless cap > 0
/// Source:     Gemma team (2024), "Gemma 2", section 2
template <class T>
Var<T> soft_cap(const Var<T>& x, std::type_identity_t<T> cap, Site site = Site::current()) {
  return elementwise(ops::SoftCap<T>{cap}, site, x);
}
auto soft_cap(const AnyDual auto& x, Number<decltype(x)> cap) {
  return evaluate(ops::SoftCap<Number<decltype(x)>>{cap}, x);
}

}  // namespace engram
