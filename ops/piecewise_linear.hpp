// Units made of straight lines. `relu` is in ops/relu.hpp, `clamp` in ops/clamp.hpp.
#pragma once

#include "engram/ops/clamp.hpp"
#include "engram/ops/greater.hpp"
#include "engram/ops/where.hpp"

namespace engram {
namespace ops {

template <class T>
struct LeakyRelu {
  static constexpr auto name = "leaky_relu";
  static constexpr std::uint8_t needs = needs_input(0);
  T slope;
  template <class B>
  B f(B x) const {
    return select(x > B(0), x, slope * x);
  }
  auto df(auto x, auto) const { return where(greater(x, 0), 1, slope); }
};

// Open at both ends: a corner has the slope 0.
auto inside(auto x, auto low, auto high) { return greater(x, low) * less(x, high); }

struct HardSigmoid {
  static constexpr auto name = "hard_sigmoid";
  static constexpr std::uint8_t needs = needs_input(0);
  template <class B>
  static B f(B x) {
    return Clamp<Number<B>>{0, 6}.f(x + 3) / 6;
  }
  static auto df(auto x, auto) { return inside(x, -3, 3) / 6; }
};

template <class T>
struct HardTanh : Clamp<T> {
  static constexpr auto name = "hard_tanh";
  auto df(auto x, auto) const { return Mask(inside(x, this->low, this->high)); }
};

}  // namespace ops

/// The rectifier that lets a little through on its other side, element by element: no unit dies
/// for want of a gradient.
///
/// Shapes:     any
/// Forward:    y = x where x > 0, slope · x elsewhere
/// Derivative: dx = dy where x > 0, slope dy elsewhere
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   2 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own
/// Source:     A. Maas, A. Hannun and A. Ng (2013), "Rectifier nonlinearities improve neural
///             network acoustic models"
template <class T>
Var<T> leaky_relu(const Var<T>& x, std::type_identity_t<T> slope = T(0.01),
                  Site site = Site::current()) {
  return elementwise(ops::LeakyRelu<T>{slope}, site, x);
}
auto leaky_relu(const AnyDual auto& x, Number<decltype(x)> slope = 0.01) {
  return evaluate(ops::LeakyRelu<Number<decltype(x)>>{slope}, x);
}

/// The logistic function in three straight lines, element by element.
///
/// Shapes:     any
/// Forward:    y = min(max(x + 3, 0), 6) / 6
/// Derivative: dx = dy / 6 where -3 < x < 3, 0 elsewhere
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   2 ulp; derivatives 2 ulp of x
/// Throws:     nothing of its own
/// Source:     A. Howard et al. (2019), "Searching for MobileNetV3", section 5.2
template <class T>
Var<T> hard_sigmoid(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::HardSigmoid{}, site, x);
}
auto hard_sigmoid(const AnyDual auto& x) { return evaluate(ops::HardSigmoid{}, x); }

/// The hyperbolic tangent in three straight lines, element by element: `clamp` with derivative 0 at
/// the corners.
///
/// Shapes:     any
/// Forward:    y = min(max(x, low), high); NaN stays NaN
/// Derivative: dx = dy where low < x < high, 0 elsewhere
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   exact
/// Throws:     as `clamp`
/// Source:     R. Collobert (2004), "Large scale machine learning"
template <class T>
Var<T> hard_tanh(const Var<T>& x, std::type_identity_t<T> low = -1,
                 std::type_identity_t<T> high = 1, Site site = Site::current()) {
  return elementwise(ops::HardTanh<T>{{low, high}}, site, x);
}
auto hard_tanh(const AnyDual auto& x, Number<decltype(x)> low = -1, Number<decltype(x)> high = 1) {
  return evaluate(ops::HardTanh<Number<decltype(x)>>{{low, high}}, x);
}

}  // namespace engram
