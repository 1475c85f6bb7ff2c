// Rows of the units of networks.
#include <cmath>

#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases/shapes.hpp"

namespace engram::testing {

void activation_rows(std::vector<OpCase>& rows) {
  rows.push_back(unary(
      "gelu", "gelu", [](auto x) { return gelu(x); }, -4, 4));
  rows.push_back(unary(
      "gelu_tanh", "gelu", [](auto x) { return gelu_tanh(x); }, -4, 4));
  rows.push_back(unary(
      "silu", "silu", [](auto x) { return silu(x); }, -4, 4));
  rows.push_back(unary(
      "mish", "mish", [](auto x) { return mish(x); }, -4, 4));
  rows.push_back(unary(
      "selu", "elu", [](auto x) { return selu(x); }, -4, 4));
  rows.push_back(unary(
      "softsign", "softsign", [](auto x) { return softsign(x); }, -4, 4));
  rows.push_back(unary(
      "elu", "elu", [](auto x) { return elu(x) + elu(x, 0.5); }, -4, 4));
  rows.push_back(unary(
      "celu", "elu", [](auto x) { return celu(x) + celu(x, 0.5) + celu(x, -2); }, -4, 4));
  rows.push_back(refused("celu, no alpha", "elu", [](auto x) { return celu(x[0], 0); },
                         {{{{3}}, "celu: alpha 0; need a number that is not 0"}}));
  rows.push_back(binary("prelu", "piecewise_linear", [](auto x, auto a) { return prelu(x, a); }));
  rows.push_back(unary(
      "hard_swish", "piecewise_linear", [](auto x) { return hard_swish(x); }, -5, 5));
  rows.push_back(binary("swiglu", "gated", [](auto a, auto b) { return swiglu(a, b); }));
  rows.push_back(row("swiglu of halves", "gated", [](auto x) { return swiglu(x[0], 1); },
                     {{{3, 4}}, {{2, 2, 3}}, {{2, 40}}},
                     {{{{3, 5}}, "swiglu: axis 1 of x [3,5] cannot be cut into 2 equal parts"}}));
  rows.push_back(unary("soft_cap", "gated", [](auto x) { return soft_cap(x, 1.5); }));
  rows.push_back(refused("soft_cap, no cap", "gated", [](auto x) { return soft_cap(x[0], 0); },
                         {{{{3}}, "soft_cap: a cap of 0; need a number above 0"}}));
  rows.push_back(unary("leaky_relu", "piecewise_linear",
                       [](auto x) { return leaky_relu(x) + leaky_relu(x, 0.3); }));
  rows.push_back(unary(
      "hard_sigmoid", "piecewise_linear", [](auto x) { return hard_sigmoid(x); }, -5, 5));
  rows.push_back(unary("hard_tanh", "piecewise_linear",
                       [](auto x) { return hard_tanh(x) + hard_tanh(x, -0.5, 1.5); }));
  rows.push_back(unary("clamp", "clamp", [](auto x) { return clamp(x, -0.7, 1.1) * x; }));
  const auto bounds = [](double low, double high) {
    return [=](auto x) {
      using T = Number<decltype(x[0])>;
      return clamp(x[0], static_cast<T>(low), static_cast<T>(high));
    };
  };
  rows.push_back(refused("clamp, bad bounds", "clamp", bounds(2, 1),
                         {{{{3}}, "clamp: bounds from 2 to 1; need low <= high"}}));
  rows.push_back(refused("clamp, no bound", "clamp", bounds(std::nan(""), 1),
                         {{{{3}}, "clamp: bounds from nan to 1; need low <= high"}}));
  rows.push_back(refused("hard_tanh, bad bounds", "piecewise_linear",
                         [](auto x) { return hard_tanh(x[0], 0, -1); },
                         {{{{3}}, "hard_tanh: bounds from 0 to -1; need low <= high"}}));
}

}  // namespace engram::testing
