#pragma once

#include "engram/ops/elementwise/comparisons.hpp"
#include "engram/ops/elementwise/lanes.hpp"
#include "engram/ops/elementwise/log.hpp"

namespace engram {
namespace ops {

/// aᵇ of batches, with the special cases of IEEE 754.
template <class B>
B power(B a, B b) {
  return lane_by_lane([](auto v, auto w) { return std::pow(v, w); }, a, b);
}

struct Pow {
  static constexpr auto name = "pow";
  static auto f(auto a, auto b) { return power(a, b); }
  // b aᵇ⁻¹, which at a = b = 0 would be 0 · ∞.
  static auto da(auto a, auto b, auto) {
    return b * evaluate(Pow{}, a, b - 1 + equal(a, 0) * equal(b, 0));
  }
  // aᵇ ln a, which at a = 0 ≤ b would be 0 · ∞.
  static auto db(auto a, auto b, auto y) { return y * log(a + equal(a, 0) * greater_equal(b, 0)); }
};

template <class T>
struct PowScalar {
  static constexpr auto name = "pow_scalar";
  T s;
  template <class B>
  B f(B x) const {
    if (s == 1) return x;
    if (s == 2) return x * x;
    if (s == 3) return x * x * x;
    return power(x, B(s));
  }
  auto df(auto x, auto) const { return s * evaluate(PowScalar{s == 0 ? 0 : s - 1}, x); }
};

}  // namespace ops

/// aᵇ, element by element. An x to the power of 0 is 1, whatever x; a negative one has powers with
/// whole exponents, and NaN with others.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = aᵇ
/// Derivative: da = dy b aᵇ⁻¹, 0 where b = 0 (at a = 0 infinite for b < 1, NaN where y is NaN);
///             db = dy y ln a, 0 where a = 0 ≤ b; NaN where a < 0, even for a whole b, for between
///             whole exponents there is no value
/// Saves:      nothing beyond a, b and y
/// Order:      any
/// Accuracy:   2 ulp; derivatives 6 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     IEEE 754-2019, 9.2, pow
template <class T>
Var<T> pow(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Pow{}, site, a, b);
}
/// The same for one exponent, a plain number.
template <class T>
Var<T> pow(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return elementwise(ops::PowScalar<T>{s}, site, x);
}
auto pow(const AnyDual auto& a, const AnyDual auto& b) { return evaluate(ops::Pow{}, a, b); }
auto pow(const AnyDual auto& x, Number<decltype(x)> s) {
  return evaluate(ops::PowScalar<Number<decltype(x)>>{s}, x);
}

}  // namespace engram
