#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/greater.hpp"

namespace engram {
namespace ops {

struct Abs {
  static constexpr auto name = "abs";
  static auto f(auto x) { return abs(x); }
  static auto df(auto x, auto) { return greater(x, 0) - greater(-x, 0); }
};

}  // namespace ops

/// The absolute value, element by element.
///
/// Shapes:     any
/// Forward:    y = |x|
/// Derivative: dx = dy sign(x), 0 at x = 0
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   exact
/// Throws:     nothing of its own
/// Source:     elementary
template <class T>
Var<T> abs(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Abs{}, site, x);
}
auto abs(const AnyDual auto& x) { return evaluate(ops::Abs{}, x); }

}  // namespace engram
