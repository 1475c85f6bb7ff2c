// Arithmetic with NumPy broadcasting: what + - * / on Vars mean.
#pragma once

#include "engram/ops/elementwise/elementwise.hpp"

namespace engram {
namespace ops {

struct Add {
  static constexpr auto name = "add";
  static auto f(auto a, auto b) { return a + b; }
  static auto da(auto, auto, auto) { return Constant<1>{}; }
  static auto db(auto, auto, auto) { return Constant<1>{}; }
};

struct Sub {
  static constexpr auto name = "sub";
  static auto f(auto a, auto b) { return a - b; }
  static auto da(auto, auto, auto) { return Constant<1>{}; }
  static auto db(auto, auto, auto) { return Constant<-1>{}; }
};

struct Mul {
  static constexpr auto name = "mul";
  static constexpr bool curved = true;
  static auto f(auto a, auto b) { return a * b; }
  static auto da(auto, auto b, auto) { return b; }
  static auto db(auto a, auto, auto) { return a; }
};

struct Div {
  static constexpr auto name = "div";
  static auto f(auto a, auto b) { return a / b; }
  static auto da(auto, auto b, auto) { return 1 / b; }
  static auto db(auto, auto b, auto y) { return -y / b; }
};

struct Neg {
  static constexpr auto name = "neg";
  static auto f(auto x) { return -x; }
  static auto df(auto, auto) { return Constant<-1>{}; }
};

template <class T>
struct AddScalar {
  static constexpr auto name = "add_scalar";
  T s;
  auto f(auto x) const { return x + s; }
  auto df(auto, auto) const { return Constant<1>{}; }
};

template <class T>
struct MulScalar {
  static constexpr auto name = "mul_scalar";
  T s;
  auto f(auto x) const { return x * s; }
  auto df(auto, auto) const { return s; }
};

template <class T>
struct DivScalar {
  static constexpr auto name = "div_scalar";
  T s;
  auto f(auto x) const { return x / s; }
  auto df(auto, auto) const { return 1 / s; }
};

template <class T>
struct ScalarSub {
  static constexpr auto name = "scalar_sub";
  T s;
  auto f(auto x) const { return s - x; }
  auto df(auto, auto) const { return Constant<-1>{}; }
};

template <class T>
struct ScalarDiv {
  static constexpr auto name = "scalar_div";
  T s;
  auto f(auto x) const { return s / x; }
  auto df(auto x, auto y) const { return -y / x; }
};

}  // namespace ops

/// a + b, element by element.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = a + b
/// Derivative: da = dy, db = dy
/// Saves:      nothing
/// Order:      any
/// Accuracy:   1 ulp; derivatives 2 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     NumPy, "Broadcasting"
template <class T>
Var<T> add(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Add{}, site, a, b);
}

/// a - b. Shapes and errors as `add`; da = dy, db = -dy.
template <class T>
Var<T> sub(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Sub{}, site, a, b);
}

/// a ⊙ b, the Hadamard product. Shapes and errors as `add`; da = dy ⊙ b, db = dy ⊙ a.
template <class T>
Var<T> mul(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Mul{}, site, a, b);
}

/// a / b, element by element. Shapes and errors as `add`; da = dy / b, db = -dy y / b. Division
/// by zero follows IEEE 754.
template <class T>
Var<T> div(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::Div{}, site, a, b);
}

/// -x; dx = -dy.
template <class T>
Var<T> neg(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::Neg{}, site, x);
}

/// The forms with a plain number s: x + s, x - s, s - x, x s, x / s, s / x. Any shape of x.
template <class T>
Var<T> add(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return elementwise(ops::AddScalar<T>{s}, site, x);
}
template <class T>
Var<T> sub(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return elementwise(ops::AddScalar<T>{-s}, site, x);
}
template <class T>
Var<T> sub(std::type_identity_t<T> s, const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::ScalarSub<T>{s}, site, x);
}
template <class T>
Var<T> mul(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return elementwise(ops::MulScalar<T>{s}, site, x);
}
template <class T>
Var<T> div(const Var<T>& x, std::type_identity_t<T> s, Site site = Site::current()) {
  return elementwise(ops::DivScalar<T>{s}, site, x);
}
template <class T>
Var<T> div(std::type_identity_t<T> s, const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::ScalarDiv<T>{s}, site, x);
}

}  // namespace engram
