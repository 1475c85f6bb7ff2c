// Dual: a number with its derivatives by some of the inputs of an expression.
//
// What `fused` computes with. Which derivatives there are is part of the type, so that those that
// are zero cost nothing: `sigmoid(a) * b` carries two, `sigmoid(a)` one. Values and derivatives
// of functions are those of the elementwise ops, written once, there.
// Source: R. E. Wengert (1964), "A simple automatic derivative evaluation program"
#pragma once

#include <array>
#include <bit>
#include <type_traits>
#include <utility>

#include "engram/ops/abs.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/exp.hpp"
#include "engram/ops/log.hpp"
#include "engram/ops/maximum.hpp"
#include "engram/ops/relu.hpp"
#include "engram/ops/sigmoid.hpp"
#include "engram/ops/softplus.hpp"
#include "engram/ops/sqrt.hpp"
#include "engram/ops/tanh.hpp"

namespace engram {
namespace dual {

inline constexpr unsigned kMostInputs = 8;

inline constexpr bool has(unsigned inputs, unsigned k) { return inputs >> k & 1U; }
/// Where among the derivatives that by input k is.
inline constexpr std::size_t place(unsigned inputs, unsigned k) {
  return static_cast<std::size_t>(std::popcount(inputs & ((1U << k) - 1U)));
}

}  // namespace dual

/// `value`, and its derivatives by the inputs whose bits `inputs` has. V is a SIMD batch, or a Var
/// when the derivative itself is recorded.
template <class V, unsigned inputs>
struct Dual {
  static constexpr std::size_t kCount = static_cast<std::size_t>(std::popcount(inputs));
  V value;
  std::array<V, kCount> d{};

  template <unsigned k>
  const V& by() const {
    return d[dual::place(inputs, k)];
  }
};

namespace dual {

/// Op's value: computed for a batch, recorded for a Var.
template <class Op, class... V>
auto value_of(const Op& op, const V&... x) {
  if constexpr ((requires { x.tape(); } && ...)) {
    return elementwise(op, Site::current(), x...);
  } else {
    return op.f(x...);
  }
}

/// d * slope; a slope may be a `Constant`.
template <class V, class Slope>
V scaled(const V& d, const Slope& slope) {
  if constexpr (std::is_same_v<Slope, Constant<0>>) {
    return d * typename V::value_type{0};
  } else {
    return kernels::chain(d, slope);
  }
}

/// Op(x), and the chain rule.
template <class Op, class V, unsigned A>
Dual<V, A> apply(const Op& op, const Dual<V, A>& x) {
  Dual<V, A> y{value_of(op, x.value)};
  if constexpr (A != 0) {
    const auto slope = op.df(x.value, y.value);
    for (std::size_t k = 0; k < x.d.size(); ++k) y.d[k] = scaled(x.d[k], slope);
  }
  return y;
}

template <unsigned k, class Op, class V, unsigned A, unsigned B>
V by(const Op& op, const Dual<V, A>& a, const Dual<V, B>& b, const V& y) {
  if constexpr (has(A, k) && has(B, k)) {
    return scaled(a.template by<k>(), op.da(a.value, b.value, y)) +
           scaled(b.template by<k>(), op.db(a.value, b.value, y));
  } else if constexpr (has(A, k)) {
    return scaled(a.template by<k>(), op.da(a.value, b.value, y));
  } else {
    return scaled(b.template by<k>(), op.db(a.value, b.value, y));
  }
}

template <class Op, class V, unsigned A, unsigned B>
Dual<V, (A | B)> apply(const Op& op, const Dual<V, A>& a, const Dual<V, B>& b) {
  Dual<V, (A | B)> y{value_of(op, a.value, b.value)};
  const auto set = [&]<unsigned k>() {
    if constexpr (has(A | B, k)) y.d[place(A | B, k)] = by<k>(op, a, b, y.value);
  };
  [&]<unsigned... k>(std::integer_sequence<unsigned, k...>) { (set.template operator()<k>(), ...); }
  (std::make_integer_sequence<unsigned, kMostInputs>());
  return y;
}

}  // namespace dual

// What an expression is written with: the functions of ops/, and numbers.

template <class V, unsigned A>
auto abs(const Dual<V, A>& x) {
  return dual::apply(ops::Abs{}, x);
}
template <class V, unsigned A>
auto exp(const Dual<V, A>& x) {
  return dual::apply(ops::Exp{}, x);
}
template <class V, unsigned A>
auto log(const Dual<V, A>& x) {
  return dual::apply(ops::Log{}, x);
}
template <class V, unsigned A>
auto relu(const Dual<V, A>& x) {
  return dual::apply(ops::Relu{}, x);
}
template <class V, unsigned A>
auto sigmoid(const Dual<V, A>& x) {
  return dual::apply(ops::Sigmoid{}, x);
}
template <class V, unsigned A>
auto softplus(const Dual<V, A>& x) {
  return dual::apply(ops::Softplus{}, x);
}
template <class V, unsigned A>
auto sqrt(const Dual<V, A>& x) {
  return dual::apply(ops::Sqrt{}, x);
}
template <class V, unsigned A>
auto square(const Dual<V, A>& x) {
  return dual::apply(ops::Square{}, x);
}
template <class V, unsigned A>
auto tanh(const Dual<V, A>& x) {
  return dual::apply(ops::Tanh{}, x);
}

template <class V, unsigned A, unsigned B>
auto maximum(const Dual<V, A>& a, const Dual<V, B>& b) {
  return dual::apply(ops::Maximum{}, a, b);
}
template <class V, unsigned A, unsigned B>
auto minimum(const Dual<V, A>& a, const Dual<V, B>& b) {
  return dual::apply(ops::Minimum{}, a, b);
}

// Where a value steps, it has no slope.
template <class V, unsigned A, unsigned B>
Dual<V, 0> greater(const Dual<V, A>& a, const Dual<V, B>& b) {
  return {greater(a.value, b.value)};
}
template <class V, unsigned A>
Dual<V, 0> greater(const Dual<V, A>& x, std::type_identity_t<typename V::value_type> s) {
  return {greater(x.value, s)};
}

template <class V, unsigned A, unsigned B>
auto operator+(const Dual<V, A>& a, const Dual<V, B>& b) {
  return dual::apply(ops::Add{}, a, b);
}
template <class V, unsigned A, unsigned B>
auto operator-(const Dual<V, A>& a, const Dual<V, B>& b) {
  return dual::apply(ops::Sub{}, a, b);
}
template <class V, unsigned A, unsigned B>
auto operator*(const Dual<V, A>& a, const Dual<V, B>& b) {
  return dual::apply(ops::Mul{}, a, b);
}
template <class V, unsigned A, unsigned B>
auto operator/(const Dual<V, A>& a, const Dual<V, B>& b) {
  return dual::apply(ops::Div{}, a, b);
}
template <class V, unsigned A>
auto operator-(const Dual<V, A>& x) {
  return dual::apply(ops::Neg{}, x);
}

template <class V>
using Plain = typename V::value_type;

template <class V, unsigned A>
auto operator+(const Dual<V, A>& x, std::type_identity_t<Plain<V>> s) {
  return dual::apply(ops::AddScalar<Plain<V>>{s}, x);
}
template <class V, unsigned A>
auto operator+(std::type_identity_t<Plain<V>> s, const Dual<V, A>& x) {
  return x + s;
}
template <class V, unsigned A>
auto operator-(const Dual<V, A>& x, std::type_identity_t<Plain<V>> s) {
  return x + -s;
}
template <class V, unsigned A>
auto operator-(std::type_identity_t<Plain<V>> s, const Dual<V, A>& x) {
  return dual::apply(ops::ScalarSub<Plain<V>>{s}, x);
}
template <class V, unsigned A>
auto operator*(const Dual<V, A>& x, std::type_identity_t<Plain<V>> s) {
  return dual::apply(ops::MulScalar<Plain<V>>{s}, x);
}
template <class V, unsigned A>
auto operator*(std::type_identity_t<Plain<V>> s, const Dual<V, A>& x) {
  return x * s;
}
template <class V, unsigned A>
auto operator/(const Dual<V, A>& x, std::type_identity_t<Plain<V>> s) {
  return dual::apply(ops::DivScalar<Plain<V>>{s}, x);
}
template <class V, unsigned A>
auto operator/(std::type_identity_t<Plain<V>> s, const Dual<V, A>& x) {
  return dual::apply(ops::ScalarDiv<Plain<V>>{s}, x);
}

}  // namespace engram
