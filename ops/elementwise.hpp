// Elementwise ops: a struct with the value f and its derivatives is a whole operation.
//
//   struct Tanh {                                      // one input: f(x), df(x, y)
//     static constexpr auto name = "tanh";
//     static auto f(auto x) { return tanh(x); }
//     static auto df(auto /*x*/, auto y) { return 1 - y * y; }
//   };
//   struct Mul {                                       // two: f(a, b), da(a, b, y), db(a, b, y)
//     static constexpr auto name = "mul";
//     static auto f(auto a, auto b) { return a * b; }
//     static auto da(auto, auto b, auto) { return b; }
//     static auto db(auto a, auto, auto) { return a; }
//   };
//
// `y` is f's result. The functions are generic: the kernels call them with SIMD batches, the
// recorded derivative with Vars, so they are written with arithmetic and the functions of ops/.
// An op whose derivative does not read all of x, y or a, b says so: `static constexpr std::uint8_t
// needs = kNeedsResult` for Tanh, `needs_input(0) | needs_input(1)` for Mul (`Traits`).
// A derivative that is a whole number is returned as `Constant<1>{}`. A struct may have data
// (then f and the derivatives are not static). Broadcasting, SIMD, shapes, accumulation and
// derivatives of any order come with it.
//
// Whoever defines a new op also includes engram/ops/elementwise_kernels.hpp.
#pragma once

#include "engram/core/operation.hpp"

namespace engram {

/// A derivative that is the whole number `value` everywhere: multiplying by it costs nothing.
template <int value>
struct Constant {};

namespace kernels {

/// dy * d for a derivative d that may be a `Constant`, a plain number or a value.
template <class Y, class D>
Y chain(const Y& dy, const D& d) {
  return dy * d;
}
template <class Y>
Y chain(const Y& dy, Constant<1>) {
  return dy;
}
template <class Y>
Y chain(const Y& dy, Constant<-1>) {
  return -dy;
}

}  // namespace kernels

/// Records an elementwise op of one input.
template <class Op, class T>
Var<T> elementwise(Op op, const Site& site, const Var<T>& x);
/// Records an elementwise op of two inputs, broadcast together.
template <class Op, class T>
Var<T> elementwise(Op op, const Site& site, const Var<T>& a, const Var<T>& b);

}  // namespace engram
