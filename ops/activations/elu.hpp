#pragma once

#include "engram/ops/elementwise/exp.hpp"
#include "engram/ops/elementwise/greater.hpp"
#include "engram/ops/elementwise/where.hpp"

namespace engram {
namespace ops {

template <class T>
struct Elu {
  static constexpr auto name = "elu";
  T alpha, scale = 1;

  template <class B>
  B f(B x) const {
    return scale * select(x > B(0), x, alpha * Expm1::f(x));
  }
  auto df(auto x, auto y) const { return where(greater(x, 0), scale, y + scale * alpha); }
};

template <class T>
struct Celu {
  static constexpr auto name = "celu";
  T alpha;

  void check() const {
    if (!(alpha > 0 || alpha < 0)) fail("alpha ", alpha, "; need a number that is not 0");
  }
  template <class B>
  B f(B x) const {
    return select(x > B(0), x, alpha * Expm1::f(x / alpha));
  }
  auto df(auto x, auto y) const { return where(greater(x, 0), 1, y / alpha + 1); }
};

template <class T>
inline constexpr Elu<T> kSelu{static_cast<T>(1.6732632423543772848),
                              static_cast<T>(1.0507009873554804934)};

}  // namespace ops

/// The exponential linear unit, element by element: like a rectifier, with results around 0 on
/// average.
///
/// Shapes:     any
/// Forward:    y = x where x > 0, α (eˣ - 1) elsewhere
/// Derivative: dx = dy where x > 0, dy (y + α) elsewhere
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   3 ulp; derivatives 2 ulp of dy
/// Throws:     nothing of its own
/// Source:     D.-A. Clevert, T. Unterthiner and S. Hochreiter (2016), "Fast and accurate deep
///             network learning by exponential linear units"
template <class T>
Var<T> elu(const Var<T>& x, std::type_identity_t<T> alpha = 1, Site site = Site::current()) {
  return elementwise(ops::Elu<T>{alpha}, site, x);
}
auto elu(const AnyDual auto& x, Number<decltype(x)> alpha = 1) {
  return evaluate(ops::Elu<Number<decltype(x)>>{alpha}, x);
}

/// The exponential linear unit without a corner at 0, whatever α.
///
/// Shapes:     any
/// Forward:    y = x where x > 0, α (exp(x / α) - 1) elsewhere
/// Derivative: dx = dy where x > 0, dy (y / α + 1) elsewhere
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   3 ulp; derivatives 2 ulp of dy
/// Throws:     `Error` for α = 0
/// Source:     J. Barron (2017), "Continuously differentiable exponential linear units"
template <class T>
Var<T> celu(const Var<T>& x, std::type_identity_t<T> alpha = 1, Site site = Site::current()) {
  return elementwise(ops::Celu<T>{alpha}, site, x);
}
auto celu(const AnyDual auto& x, Number<decltype(x)> alpha = 1) {
  return evaluate(ops::Celu<Number<decltype(x)>>{alpha}, x);
}

/// The exponential linear unit whose results keep mean 0 and variance 1.
///
/// Shapes:     any
/// Forward:    y = λ elu(x, α), λ = 1.0507..., α = 1.6732...
/// Derivative: dx = dy λ where x > 0, dy (y + λ α) elsewhere
/// Saves:      nothing beyond x and y
/// Order:      any
/// Accuracy:   4 ulp; derivatives 2 ulp of dy
/// Throws:     nothing of its own
/// Source:     G. Klambauer et al. (2017), "Self-normalizing neural networks", where
///             the constants are
template <class T>
Var<T> selu(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::kSelu<T>, site, x);
}
auto selu(const AnyDual auto& x) { return evaluate(ops::kSelu<Number<decltype(x)>>, x); }

}  // namespace engram
