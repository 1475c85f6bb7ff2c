// Rows of the elementwise ops.
#include "engram/ops/elementwise_kernels.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases/shapes.hpp"

namespace engram::testing {

namespace {

// Derivatives that read every input and the result, each in its own way, as those of none of
// Engram's own ops do.
struct Mixed {  // tanh(a² + a³ b³)
  static constexpr auto name = "mixed";
  static auto f(auto a, auto b) { return tanh(a * a + a * a * a * b * b * b); }
  static auto da(auto a, auto b, auto y) { return (1 - y * y) * (2 * a + 3 * a * a * b * b * b); }
  static auto db(auto a, auto b, auto y) { return (1 - y * y) * (3 * a * a * a * b * b); }
};
struct MixedOfThree {  // tanh(a² + a b³ + b² c + a c²)
  static constexpr auto name = "mixed_of_three";
  static auto f(auto a, auto b, auto c) {
    return tanh(a * a + a * b * b * b + b * b * c + a * c * c);
  }
  static auto da(auto a, auto b, auto c, auto y) {
    return (1 - y * y) * (2 * a + b * b * b + c * c);
  }
  static auto db(auto a, auto b, auto c, auto y) {
    return (1 - y * y) * (3 * a * b * b + 2 * b * c);
  }
  static auto dc(auto a, auto b, auto c, auto y) { return (1 - y * y) * (b * b + 2 * a * c); }
};

}  // namespace

void elementwise_rows(std::vector<OpCase>& rows) {
  rows.push_back(binary("add", "arithmetic", [](auto a, auto b) { return a + b; }));
  rows.push_back(binary("sub", "arithmetic", [](auto a, auto b) { return a - b; }));
  rows.push_back(binary("mul", "arithmetic", [](auto a, auto b) { return a * b; }));
  rows.push_back(binary(
      "div", "arithmetic", [](auto a, auto b) { return a / b; }, 0.5, 2));
  rows.push_back(unary("neg", "arithmetic", [](auto x) { return -x; }));
  rows.push_back(unary("add_scalar", "arithmetic", [](auto x) { return 3 + x + 2; }));
  rows.push_back(unary("sub_scalar", "arithmetic", [](auto x) { return x - 2; }));
  rows.push_back(unary("scalar_sub", "arithmetic", [](auto x) { return 3 - x; }));
  rows.push_back(unary("mul_scalar", "arithmetic", [](auto x) { return 3 * x * 2; }));
  rows.push_back(unary("div_scalar", "arithmetic", [](auto x) { return x / 3; }));
  rows.push_back(unary(
      "scalar_div", "arithmetic", [](auto x) { return 3 / x; }, 0.5, 2));
  rows.push_back(binary("chain", "chain_rule", [](auto a, auto b) {
    return elementwise(kernels::Chain{}, Site::current(), a, b);
  }));
  rows.push_back(row(
      "derivatives that read all", "elementwise",
      [](auto x) { return elementwise(Mixed{}, Site::current(), x[0], x[1]); },
      {{{3, 4}, {3, 4}}, {{2, 3, 1}, {5}}, {{}, {2}}},
      {{{{3, 4}, {3, 5}}, "mixed: shapes do not broadcast"}}, -1, 1));
  rows.push_back(row(
      "derivatives of three inputs that read all", "elementwise",
      [](auto x) { return elementwise(MixedOfThree{}, Site::current(), x[0], x[1], x[2]); },
      {{{3, 4}, {3, 4}, {3, 4}}, {{2, 3, 1}, {5}, {3, 5}}, {{}, {2}, {}}},
      {{{{3, 4}, {3, 5}, {3, 5}}, "[3,4] and [3,5]"},
       {{{3, 5}, {3, 4}, {3, 5}}, "[3,5] and [3,4]"},
       {{{3, 5}, {3, 5}, {3, 4}}, "[3,5] and [3,4]"}},
      -1, 1));
  rows.push_back(unary("exp", "exp", [](auto x) { return exp(x); }));
  rows.push_back(unary(
      "log", "log", [](auto x) { return log(x); }, 0.5, 3));
  rows.push_back(unary(
      "sqrt", "sqrt", [](auto x) { return sqrt(x); }, 0.5, 3));
  rows.push_back(unary("square", "sqrt", [](auto x) { return square(x); }));
  rows.push_back(unary("abs", "abs", [](auto x) { return abs(x); }));
  rows.push_back(unary("tanh", "tanh", [](auto x) { return tanh(x); }));
  rows.push_back(unary(
      "sigmoid", "sigmoid", [](auto x) { return sigmoid(x); }, -6, 6));
  rows.push_back(unary("relu", "relu", [](auto x) { return relu(x); }));
  rows.push_back(unary(
      "softplus", "softplus", [](auto x) { return softplus(x); }, -6, 6));
  rows.push_back(binary("greater", "greater", [](auto a, auto b) { return greater(a, b) * a; }));
  rows.push_back(binary("maximum", "maximum", [](auto a, auto b) { return maximum(a, b); }));
  rows.push_back(binary("minimum", "maximum", [](auto a, auto b) { return minimum(a, b); }));
  rows.push_back(row(
      "dropout", "dropout",
      [](auto x) {
        Random random{7};
        return dropout(x[0], 0.3, random);
      },
      any_shape()));
}

}  // namespace engram::testing
