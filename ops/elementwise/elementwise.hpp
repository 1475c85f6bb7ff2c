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
//   };                                                 // three: f(a, b, c), da(a, b, c, y), ...
//                                                      // up to six, by which the last is df
//
// `y` is f's result. The functions are generic: the kernels call them with SIMD batches, the
// recorded derivative with Vars, so they are written with arithmetic and the functions of ops/.
// (xsimd has functions of some of these names, which a batch would get: where those are not good
// enough, it is `evaluate(Erf{}, x)`.) What of x and y a derivative reads is found by calling it
// (ops/elementwise/probe.hpp), and nothing else is kept for it: where both serve, y is the better
// choice, since what comes next often keeps it too. A derivative that is a whole number is returned
// as `Constant<1>{}`, one that is 1 here and 0 there as `Mask`. A struct may have data (then f and
// the derivatives are not static), and `void check() const` that throws for data that make no
// sense. Products with Hessians are faster where it says `static constexpr bool curved = true`.
// Broadcasting, SIMD, shapes, accumulation and derivatives of any order come with it.
//
// Whoever defines a new op also includes engram/ops/elementwise/elementwise_kernels.hpp.
#pragma once

#include <concepts>
#include <type_traits>

#include "engram/core/tape/operation.hpp"

namespace engram {

/// A derivative that is the whole number `value` everywhere: multiplying by it costs nothing.
template <int value>
struct Constant {};

/// A derivative that is 1 where `on` is 1, and 0 where it is 0: there nothing comes through, not
/// even 0 times infinity.
template <class V>
struct Mask {
  explicit Mask(const V& where) : on(where) {}
  V on;
};

/// A derivative that is 0 where `value` is, whatever it is multiplied with.
template <class V>
struct StrongZero {
  explicit StrongZero(const V& where) : value(where) {}
  V value;
};

/// Records an elementwise op of one to six inputs, broadcast together.
template <class Op, class T, std::same_as<Var<T>>... Rest>
Var<T> elementwise(Op op, const Site& site, const Var<T>& x, const Rest&... rest);

// The three things that an expression of elementwise ops is made of: SIMD batches in kernels, Vars
// in derivatives, and Duals in `fused`.

template <class B>
concept SimdBatch = requires {
  typename B::batch_bool_type;
};

template <class V, unsigned inputs, bool is_input = false>
struct Dual;  // ops/elementwise/dual.hpp
template <class X>
inline constexpr bool kIsDual = false;
template <class V, unsigned inputs, bool is_input>
inline constexpr bool kIsDual<Dual<V, inputs, is_input>> = true;
template <class X>
concept AnyDual = kIsDual<X>;
/// What an expression computes with when it is not recorded.
template <class X>
concept Element = SimdBatch<X> || AnyDual<X>;

/// The type of the plain numbers that go with an X.
template <class X>
using Number = typename std::remove_cvref_t<X>::value_type;

/// Op's value: computed for batches, recorded for Vars, both with derivatives for Duals. With
/// `auto tanh(const AnyDual auto& x) { return evaluate(ops::Tanh{}, x); }` an op can be `fused`.
template <class Op, SimdBatch... B>
auto evaluate(const Op& op, const B&... x) {
  return op.f(x...);
}
template <class Op, class T, std::same_as<Var<T>>... Rest>
Var<T> evaluate(const Op& op, const Var<T>& x, const Rest&... rest) {
  return elementwise(op, Site::current(), x, rest...);
}

/// The number s as a value on x's tape.
template <class T>
Var<T> constant_like(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return x.tape().constant(Array<T>::scalar(s), site);
}
template <SimdBatch B>
B constant_like(const B&, const auto& s) {
  return B(s);
}

/// Where an op takes a value or, in its place, a number.
template <class T>
class ValueOrNumber {
 public:
  ValueOrNumber(const Var<T>& x) : x_(x) {}  // NOLINT: either is given as it is
  ValueOrNumber(T s) : s_(s) {}              // NOLINT
  /// The value; a number on the tape of x.
  Var<T> beside(const Var<T>& x, const Site& site) const {
    return x_.has_value() ? x_ : constant_like(x, s_, site);
  }

 private:
  Var<T> x_;
  T s_ = 0;
};
/// The same, of which T is not deduced: that is done by the operand before.
template <class T>
using Operand = std::type_identity_t<ValueOrNumber<T>>;

}  // namespace engram
