#include "engram/tests/elementwise_functions.hpp"

#include <cmath>
#include <limits>

#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

constexpr Real kPi = 3.14159265358979323846264338327950288L;
constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
const Real kRootHalf = std::sqrt(0.5L);

template <class G>
Function function(const std::string& name, G g, std::function<Real(Real)> value,
                  std::function<Real(Real)> derivative, double low, double high, double in_float,
                  double in_double, double at_edges = 0) {
  return {name, g,    g,        std::move(value), std::move(derivative),
          low,  high, in_float, in_double,        at_edges};
}

Real sigmoid_of(Real x) { return 1 / (1 + std::exp(-x)); }
Real softplus_of(Real x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }
Real phi(Real x) { return std::erfc(-x * kRootHalf) / 2; }

// x s(x), where s goes from 0 to 1 faster than x grows.
template <class S>
auto gated(S s) {
  return [s](Real x) { return x == -kInfinity ? -0.0L : x * s(x); };
}
template <class S, class D>
auto gated_slope(S s, D d) {
  return [s, d](Real x) { return std::isinf(x) ? (x > 0 ? 1.0L : 0.0L) : s(x) + x * d(x); };
}

void analysis(std::vector<Function>& out) {
  const auto add = [&](auto... parts) { out.push_back(function(parts...)); };
  const auto circle = [](Real x) { return 1 / std::sqrt((1 - x) * (1 + x)); };
  add(
      "exp", [](auto x) { return exp(x); }, [](Real x) { return std::exp(x); },
      [](Real x) { return std::exp(x); }, -80, 80, 2, 2);
  add(
      "expm1", [](auto x) { return expm1(x); }, [](Real x) { return std::expm1(x); },
      [](Real x) { return std::exp(x); }, -80, 80, 3, 3);
  add(
      "log", [](auto x) { return log(x); }, [](Real x) { return std::log(x); },
      [](Real x) { return 1 / x; }, 1e-30, 1e3, 2, 2);
  add(
      "log1p", [](auto x) { return log1p(x); }, [](Real x) { return std::log1p(x); },
      [](Real x) { return 1 / (1 + x); }, -0.99, 1e3, 3, 3);
  add(
      "sqrt", [](auto x) { return sqrt(x); }, [](Real x) { return std::sqrt(x); },
      [](Real x) { return 0.5L / std::sqrt(x); }, 0, 1e30, 0.5, 0.5);
  add(
      "rsqrt", [](auto x) { return rsqrt(x); }, [](Real x) { return 1 / std::sqrt(x); },
      [](Real x) { return -0.5L / (std::sqrt(x) * std::sqrt(x) * std::sqrt(x)); }, 1e-30, 1e30, 2,
      2);
  add(
      "square", [](auto x) { return square(x); }, [](Real x) { return x * x; },
      [](Real x) { return 2 * x; }, -1e15, 1e15, 0.5, 0.5);
  add(
      "sin", [](auto x) { return sin(x); }, [](Real x) { return std::sin(x); },
      [](Real x) { return std::cos(x); }, -100, 100, 1, 1);
  add(
      "cos", [](auto x) { return cos(x); }, [](Real x) { return std::cos(x); },
      [](Real x) { return -std::sin(x); }, -100, 100, 1, 1);
  add(
      "tan", [](auto x) { return tan(x); }, [](Real x) { return std::tan(x); },
      [](Real x) { return 1 + std::tan(x) * std::tan(x); }, -100, 100, 1, 1);
  add(
      "asin", [](auto x) { return asin(x); }, [](Real x) { return std::asin(x); }, circle, -1, 1, 4,
      4);
  add(
      "acos", [](auto x) { return acos(x); }, [](Real x) { return std::acos(x); },
      [=](Real x) { return -circle(x); }, -1, 1, 4, 4);
  add(
      "atan", [](auto x) { return atan(x); }, [](Real x) { return std::atan(x); },
      [](Real x) { return 1 / (1 + x * x); }, -50, 50, 4, 4);
  add(
      "sinh", [](auto x) { return sinh(x); }, [](Real x) { return std::sinh(x); },
      [](Real x) { return std::cosh(x); }, -80, 80, 4, 4);
  add(
      "cosh", [](auto x) { return cosh(x); }, [](Real x) { return std::cosh(x); },
      [](Real x) { return std::sinh(x); }, -80, 80, 4, 4);
  add(
      "asinh", [](auto x) { return asinh(x); }, [](Real x) { return std::asinh(x); },
      [](Real x) { return 1 / std::hypot(1.0L, x); }, -1e15, 1e15, 2, 2);
  add(
      "acosh", [](auto x) { return acosh(x); }, [](Real x) { return std::acosh(x); },
      [](Real x) { return 1 / (std::sqrt(x - 1) * std::sqrt(x + 1)); }, 1, 1e15, 2, 2);
  add(
      "atanh", [](auto x) { return atanh(x); }, [](Real x) { return std::atanh(x); },
      [](Real x) { return 1 / ((1 - x) * (1 + x)); }, -1, 1, 2, 2);
  add(
      "soft_cap", [](auto x) { return soft_cap(x, 30); },
      [](Real x) { return 30 * std::tanh(x / 30); },
      [](Real x) { return 1 - std::tanh(x / 30) * std::tanh(x / 30); }, -300, 300, 3, 3);
  add(
      "erf", [](auto x) { return erf(x); }, [](Real x) { return std::erf(x); },
      [](Real x) { return 2 / std::sqrt(kPi) * std::exp(-x * x); }, -7, 7, 1, 1);
  add(
      "erfc", [](auto x) { return erfc(x); }, [](Real x) { return std::erfc(x); },
      [](Real x) { return -2 / std::sqrt(kPi) * std::exp(-x * x); }, -7, 9, 3, 3);
  for (const double s : {0.5, -1.0, 0.0, 1.0, 2.0, 3.0, 7.0}) {
    add(
        text("pow, ", s), [s](auto x) { return pow(x, static_cast<Number<decltype(x)>>(s)); },
        [s](Real x) { return std::pow(x, static_cast<Real>(s)); },
        [s](Real x) { return s == 0 ? 0 : s * std::pow(x, static_cast<Real>(s - 1)); }, -50, 50,
        1.5, 1.5);
  }
}

void units(std::vector<Function>& out) {
  const auto add = [&](auto... parts) { out.push_back(function(parts...)); };
  const auto step = [](Real x) { return x > 0 ? 1.0L : 0.0L; };
  add(
      "tanh", [](auto x) { return tanh(x); }, [](Real x) { return std::tanh(x); },
      [](Real x) { return 1 - std::tanh(x) * std::tanh(x); }, -20, 20, 2, 2);
  add(
      "sigmoid", [](auto x) { return sigmoid(x); }, sigmoid_of,
      [](Real x) { return sigmoid_of(x) * sigmoid_of(-x); }, -80, 80, 3, 3);
  add(
      "softplus", [](auto x) { return softplus(x); },
      [](Real x) { return std::isnan(x) ? x : softplus_of(x); }, sigmoid_of, -80, 80, 3, 3);
  add(
      "relu", [](auto x) { return relu(x); }, [](Real x) { return x < 0 ? 0 : x; }, step, -9, 9, 0,
      0);
  // What e⁻ˣ is off by, in relative terms, grows with x² times the last place of x.
  add(
      "gelu", [](auto x) { return gelu(x); }, gated(phi),
      gated_slope(phi, [](Real x) { return std::exp(-x * x / 2) / std::sqrt(2 * kPi); }), -5, 5, 40,
      40, 1000);
  const auto inner = [](Real x) { return 2 * std::sqrt(2 / kPi) * x * (1 + 0.044715L * x * x); };
  const auto probability = [=](Real x) { return sigmoid_of(inner(x)); };
  add(
      "gelu_tanh", [](auto x) { return gelu_tanh(x); }, gated(probability),
      gated_slope(probability,
                  [=](Real x) {
                    return sigmoid_of(inner(x)) * sigmoid_of(-inner(x)) * 2 * std::sqrt(2 / kPi) *
                           (1 + 3 * 0.044715L * x * x);
                  }),
      -5, 5, 60, 60);
  add(
      "silu", [](auto x) { return silu(x); }, gated(sigmoid_of),
      gated_slope(sigmoid_of, [](Real x) { return sigmoid_of(x) * sigmoid_of(-x); }), -80, 80, 3,
      3);
  const auto mish_gate = [](Real x) { return std::tanh(softplus_of(x)); };
  add(
      "mish", [](auto x) { return mish(x); }, gated(mish_gate),
      gated_slope(mish_gate,
                  [=](Real x) { return sigmoid_of(x) * (1 - mish_gate(x) * mish_gate(x)); }),
      -80, 80, 5, 5);
  add(
      "elu", [](auto x) { return elu(x); }, [](Real x) { return x > 0 ? x : std::expm1(x); },
      [](Real x) { return x > 0 ? 1 : std::exp(x); }, -80, 80, 3, 3);
  const Real alpha = 1.6732632423543772848170429916717L, scale = 1.0507009873554804934193349852946L;
  add(
      "celu", [](auto x) { return celu(x, 2); },
      [](Real x) { return x > 0 ? x : 2 * std::expm1(x / 2); },
      [](Real x) { return x > 0 ? 1 : std::exp(x / 2); }, -80, 80, 3, 3);
  add(
      "hard_swish", [](auto x) { return hard_swish(x); },
      [](Real x) {
        return std::isnan(x) ? x : x <= -3 ? -0.0L : x >= 3 ? x : x * (x + 3) / 6;
      },
      [](Real x) { return x >= 3   ? 1
                          : x > -3 ? x / 3 + 0.5L
                                   : 0; }, -5, 5, 3, 3);
  add(
      "selu", [](auto x) { return selu(x); },
      [=](Real x) { return scale * (x > 0 ? x : alpha * std::expm1(x)); },
      [=](Real x) { return scale * (x > 0 ? 1 : alpha * std::exp(x)); }, -80, 80, 4, 4);
  add(
      "softsign", [](auto x) { return softsign(x); },
      [](Real x) { return std::isinf(x) ? std::copysign(1.0L, x) : x / (1 + std::fabs(x)); },
      [](Real x) { return 1 / ((1 + std::fabs(x)) * (1 + std::fabs(x))); }, -90, 90, 2, 2);
  add(
      "leaky_relu", [](auto x) { return leaky_relu(x, 0.25); },
      [](Real x) { return x > 0 ? x : x / 4; }, [=](Real x) { return x > 0 ? 1 : 0.25L; }, -9, 9, 0,
      0);
  add(
      "hard_sigmoid", [](auto x) { return hard_sigmoid(x); },
      [](Real x) { return x < -3  ? 0
                          : x > 3 ? 1
                                  : (x + 3) / 6; },
      [](Real x) { return -3 < x && x < 3 ? 1 / 6.0L : 0; }, -5, 5, 1.5, 1.5);
  const auto clamped = [](Real x) { return x < -1 ? -1 : x > 1 ? 1 : x; };
  add(
      "hard_tanh", [](auto x) { return hard_tanh(x); }, clamped,
      [](Real x) { return -1 < x && x < 1 ? 1 : 0; }, -5, 5, 0, 0);
  add(
      "clamp", [](auto x) { return clamp(x, -1, 1); }, clamped,
      [](Real x) { return -1 <= x && x <= 1 ? 1 : 0; }, -5, 5, 0, 0);
}

void steps(std::vector<Function>& out) {
  const auto add = [&](auto... parts) { out.push_back(function(parts...)); };
  const auto flat = [](Real) { return 0; };
  const auto sign_of = [](Real x) { return x > 0 ? 1 : x < 0 ? -1 : x; };
  add(
      "abs", [](auto x) { return abs(x); }, [](Real x) { return std::fabs(x); }, sign_of, -9, 9, 0,
      0);
  add(
      "sign", [](auto x) { return sign(x); }, sign_of, flat, -9, 9, 0, 0);
  add(
      "floor", [](auto x) { return floor(x); }, [](Real x) { return std::floor(x); }, flat, -9, 9,
      0, 0);
  add(
      "ceil", [](auto x) { return ceil(x); }, [](Real x) { return std::ceil(x); }, flat, -9, 9, 0,
      0);
  add(
      "round", [](auto x) { return round(x); }, [](Real x) { return std::nearbyint(x); }, flat, -9,
      9, 0, 0);
  add(
      "is_nan", [](auto x) { return is_nan(x); }, [](Real x) { return std::isnan(x) ? 1 : 0; },
      flat, -9, 9, 0, 0);
  add(
      "is_inf", [](auto x) { return is_inf(x); }, [](Real x) { return std::isinf(x) ? 1 : 0; },
      flat, -9, 9, 0, 0);
  add(
      "is_finite", [](auto x) { return is_finite(x); },
      [](Real x) { return std::isfinite(x) ? 1 : 0; }, flat, -9, 9, 0, 0);
  add(
      "logical_not", [](auto x) { return logical_not(x); }, [](Real x) { return x == 0 ? 1 : 0; },
      flat, -9, 9, 0, 0);
  add(
      "nan_to_num",
      [](auto x) {
        return nan_to_num(x, Replacements<Number<decltype(x)>>{
                                 .nan = 3, .positive_infinity = 5, .negative_infinity = -7});
      },
      [](Real x) {
        return std::isnan(x) ? 3 : x == kInfinity ? 5 : x == -kInfinity ? -7 : x;
      },
      [](Real x) { return std::isfinite(x) ? 1 : 0; }, -9, 9, 0, 0);
}

}  // namespace

const std::vector<Function>& elementwise_functions() {
  static const std::vector<Function> all = [] {
    std::vector<Function> out;
    analysis(out);
    units(out);
    steps(out);
    return out;
  }();
  return all;
}

}  // namespace engram::testing
