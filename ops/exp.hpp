#pragma once

#include "engram/ops/arithmetic.hpp"

namespace engram {
namespace ops {

struct Exp {
  static constexpr auto name = "exp";
  static constexpr std::uint8_t needs = kNeedsResult;
  static auto f(auto x) { return exp(x); }
  static auto df(auto, auto y) { return y; }
};

}  // namespace ops

/// The exponential function, element by element.
///
/// Shapes:     any
/// Forward:    y = eˣ
/// Derivative: dx = dy y
/// Saves:      nothing beyond x and y
/// Order:      any
/// Throws:     nothing of its own
/// Source:     DLMF 4.2
template <class T>
Var<T> exp(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Exp{}, site, x);
}

}  // namespace engram
