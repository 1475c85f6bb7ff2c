#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram {
namespace ops {

struct Lerp {
  static constexpr auto name = "lerp";
  // From the nearer end: exact at both, where the other has no influence.
  template <class B>
  static B f(B a, B b, B w) {
    const B between = select(w < B(0.5), a + w * (b - a), b - (1 - w) * (b - a));
    return select(w == B(0), a, select(w == B(1), b, between));
  }
  static auto da(auto, auto, auto w, auto) { return 1 - w; }
  static auto db(auto, auto, auto w, auto) { return w; }
  static auto dc(auto a, auto b, auto, auto) { return b - a; }
};

}  // namespace ops

/// Between a and b, element by element: a where w is 0, b where it is 1.
///
/// Shapes:     any three that broadcast together
/// Forward:    y = a + w (b - a)
/// Derivative: da = dy (1 - w), db = dy w, dw = dy (b - a)
/// Saves:      nothing beyond a, b and w
/// Order:      any
/// Accuracy:   2 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     PyTorch, "torch.lerp"
template <class T>
Var<T> lerp(const Var<T>& a, const Var<T>& b, const Operand<T>& w, Site site = Site::current()) {
  return elementwise(ops::Lerp{}, site, a, b, w.beside(a, site));
}
auto lerp(const AnyDual auto& a, const AnyDual auto& b, const auto& w) {
  return evaluate(ops::Lerp{}, a, b, constant_like(a, w));
}

}  // namespace engram
