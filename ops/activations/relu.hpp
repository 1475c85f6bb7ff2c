#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/greater.hpp"

namespace engram {
namespace ops {

struct Relu {
  static constexpr auto name = "relu";
  static auto f(auto x) { return select(x < decltype(x)(0), decltype(x)(0), x); }  // keeps NaN
  static auto df(auto, auto y) { return Mask(greater(y, 0)); }
};

}  // namespace ops

/// The rectifier, element by element.
///
/// Shapes:     any
/// Forward:    y = max(x, 0)
/// Derivative: dx = dy where x > 0, 0 elsewhere (at 0 too)
/// Saves:      nothing beyond y
/// Order:      any
/// Accuracy:   exact
/// Throws:     nothing of its own
/// Source:     V. Nair and G. Hinton (2010), "Rectified linear units improve restricted Boltzmann
///             machines"
template <class T>
Var<T> relu(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Relu{}, site, x);
}
auto relu(const AnyDual auto& x) { return evaluate(ops::Relu{}, x); }

}  // namespace engram
