// Dual: a number with its derivatives by some of the inputs of an expression.
//
// What `fused` computes with. Which derivatives there are is part of the type, so that those that
// are zero cost nothing: `sigmoid(a) * b` carries two, `sigmoid(a)` one. Values and derivatives
// of functions are those of the elementwise ops, written once, there; the functions themselves
// stand there too, for `AnyDual`.
// Source: R. E. Wengert (1964), "A simple automatic derivative evaluation program"
#pragma once

#include <array>
#include <bit>
#include <tuple>
#include <type_traits>
#include <utility>

#include "engram/ops/elementwise/chain_rule.hpp"

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
/// when the derivative itself is recorded. Of one that `is_input` they are 1.
template <class V, unsigned inputs, bool is_input>
struct Dual {
  using value_type = typename V::value_type;
  static constexpr std::size_t kCount = static_cast<std::size_t>(std::popcount(inputs));
  V value;
  std::array<V, kCount> d{};

  template <unsigned k>
  const V& by() const {
    return d[dual::place(inputs, k)];
  }
};

/// A number, or a Dual as it is, as an operand beside x.
template <class V, unsigned A, bool is_input, class S>
auto constant_like(const Dual<V, A, is_input>& x, const S& s) {
  if constexpr (AnyDual<S>) {
    return s;
  } else if constexpr (SimdBatch<V>) {
    return Dual<V, 0>{V(static_cast<Number<V>>(s))};
  } else {
    return Dual<V, 0>{constant_like(x.value, static_cast<Number<V>>(s))};
  }
}

namespace dual {

/// A sum that has no terms yet.
struct Nothing {
  friend Nothing operator+(Nothing, Nothing) { return {}; }
  template <class V>
  friend V operator+(Nothing, const V& v) {
    return v;
  }
  template <class V>
  friend V operator+(const V& v, Nothing) {
    return v;
  }
};

/// The derivative by input k of an operand of which the derivative of the result is `slope`; 0
/// where either factor is, whatever the other: what the result does not depend on has no influence.
template <unsigned k, class V, unsigned A, bool is_input, class Slope>
auto term(const Dual<V, A, is_input>& x, const Slope& slope) {
  if constexpr (!has(A, k) || kernels::kZero<Slope>) {
    return Nothing{};
  } else if constexpr (!std::is_same_v<Slope, V>) {
    return kernels::chain(x.template by<k>(), slope);
  } else if constexpr (is_input) {
    return slope;
  } else {
    return kernels::chain(x.template by<k>(), StrongZero(slope));
  }
}

}  // namespace dual

/// Op's value, and the chain rule.
template <class Op, class V, unsigned... A, bool... is_input>
auto evaluate(const Op& op, const Dual<V, A, is_input>&... x) {
  const V y = evaluate(op, x.value...);
  const auto slope = [&]<std::size_t n, unsigned inputs>() {
    if constexpr (inputs == 0) {
      return Constant<0>{};
    } else {
      return kernels::slope<n>(op, x.value..., y);
    }
  };
  return [&]<std::size_t... n, unsigned... k>(std::index_sequence<n...>,
                                              std::integer_sequence<unsigned, k...>) {
    const std::tuple slopes{slope.template operator()<n, A>()...};
    using Slopes = decltype(slopes);
    constexpr unsigned inputs =
        ((kernels::kZero<std::remove_const_t<std::tuple_element_t<n, Slopes>>> ? 0 : A) | ...);
    Dual<V, inputs> out{y};
    const auto set = [&]<unsigned i>() {
      if constexpr (dual::has(inputs, i)) {
        out.d[dual::place(inputs, i)] = (dual::term<i>(x, std::get<n>(slopes)) + ...);
      }
    };
    (set.template operator()<k>(), ...);
    return out;
  }
  (std::index_sequence_for<Dual<V, A, is_input>...>(),
   std::make_integer_sequence<unsigned, dual::kMostInputs>());
}

// + - * / of expressions, and of an expression and a number.

auto operator+(const AnyDual auto& a, const AnyDual auto& b) { return evaluate(ops::Add{}, a, b); }
auto operator-(const AnyDual auto& a, const AnyDual auto& b) { return evaluate(ops::Sub{}, a, b); }
auto operator*(const AnyDual auto& a, const AnyDual auto& b) { return evaluate(ops::Mul{}, a, b); }
auto operator/(const AnyDual auto& a, const AnyDual auto& b) { return evaluate(ops::Div{}, a, b); }
auto operator-(const AnyDual auto& x) { return evaluate(ops::Neg{}, x); }

template <AnyDual X>
auto operator+(const X& x, Number<X> s) {
  return evaluate(ops::AddScalar<Number<X>>{s}, x);
}
template <AnyDual X>
auto operator+(Number<X> s, const X& x) {
  return x + s;
}
template <AnyDual X>
auto operator-(const X& x, Number<X> s) {
  return x + -s;
}
template <AnyDual X>
auto operator-(Number<X> s, const X& x) {
  return evaluate(ops::ScalarSub<Number<X>>{s}, x);
}
template <AnyDual X>
auto operator*(const X& x, Number<X> s) {
  return evaluate(ops::MulScalar<Number<X>>{s}, x);
}
template <AnyDual X>
auto operator*(Number<X> s, const X& x) {
  return x * s;
}
template <AnyDual X>
auto operator/(const X& x, Number<X> s) {
  return evaluate(ops::DivScalar<Number<X>>{s}, x);
}
template <AnyDual X>
auto operator/(Number<X> s, const X& x) {
  return evaluate(ops::ScalarDiv<Number<X>>{s}, x);
}

}  // namespace engram
