// Units made of straight lines. `relu` is in ops/activations/relu.hpp, `clamp` in
// ops/elementwise/clamp.hpp.
#pragma once

#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/elementwise/greater.hpp"
#include "engram/ops/elementwise/where.hpp"

namespace engram {
namespace ops {

template <class T>
struct LeakyRelu {
  static constexpr auto name = "leaky_relu";
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
  template <class B>
  static B f(B x) {
    return Clamp<Number<B>>{0, 6}.f(x + 3) / 6;
  }
  static auto df(auto x, auto) { return inside(x, -3, 3) / 6; }
};

struct Prelu {
  static constexpr auto name = "prelu";
  template <class B>
  static B f(const B& x, const B& slope) {
    return select(x > B(0), x, slope * x);
  }
  static auto da(auto x, auto slope, auto) { return where(greater(x, 0), 1, slope); }
  static auto db(auto x, auto, auto) { return where(greater(x, 0), 0, x); }
};

struct HardSwish {
  static constexpr auto name = "hard_swish";
  template <class B>
  static B f(const B& x) {
    return finite_below(x) * Clamp<Number<B>>{0, 6}.f(x + 3) / 6;
  }
  static auto df(auto x, auto) {
    return where(greater_equal(x, 3), 1, where(greater(x, -3), x / 3 + 0.5, 0));
  }
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

/// `leaky_relu` whose slope is learned. One for each channel, [C], goes with a last axis of C; for
/// x [B, C, H, W] it is reshaped to [C, 1, 1].
///
/// Shapes:     any two that broadcast together
/// Forward:    y = x where x > 0, slope x elsewhere
/// Derivative: dx = dy where x > 0, slope dy elsewhere; dslope = dy x where x is not above 0
/// Saves:      nothing beyond x and the slope
/// Order:      any
/// Accuracy:   1 ulp; derivatives 1 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     K. He et al. (2015), "Delving deep into rectifiers"
template <class T>
Var<T> prelu(const Var<T>& x, const Var<T>& slope, Site site = Site::current()) {
  return elementwise(ops::Prelu{}, site, x, slope);
}
auto prelu(const AnyDual auto& x, const AnyDual auto& slope) {
  return evaluate(ops::Prelu{}, x, slope);
}

/// `silu` with `hard_sigmoid` as its gate, element by element.
///
/// Shapes:     any
/// Forward:    y = x min(max(x + 3, 0), 6) / 6; 0 at -∞
/// Derivative: dx = dy where x ≥ 3, dy (x / 3 + 1/2) where -3 < x < 3, 0 elsewhere
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   2 ulp of x; derivatives 3 ulp of x
/// Throws:     nothing of its own
/// Source:     A. Howard et al. (2019), "Searching for MobileNetV3", section 5.2
template <class T>
Var<T> hard_swish(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::HardSwish{}, site, x);
}
auto hard_swish(const AnyDual auto& x) { return evaluate(ops::HardSwish{}, x); }

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
