#pragma once

#include "engram/ops/arithmetic.hpp"

namespace engram {
namespace ops {

struct Log {
  static constexpr auto name = "log";
  static auto f(auto x) { return log(x); }
  static auto df(auto x, auto) { return 1 / x; }
};

}  // namespace ops

/// The natural logarithm, element by element.
///
/// Shapes:     any
/// Forward:    y = ln x
/// Derivative: dx = dy / x
/// Saves:      nothing beyond x and y
/// Order:      any
/// Throws:     nothing of its own; log(0) is -inf and a negative x gives NaN, as in IEEE 754
/// Source:     DLMF 4.2
template <class T>
Var<T> log(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Log{}, site, x);
}

}  // namespace engram
