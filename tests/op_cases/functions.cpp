// Rows of the functions of analysis.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases/shapes.hpp"

namespace engram::testing {

void function_rows(std::vector<OpCase>& rows) {
  rows.push_back(unary(
      "sin", "trigonometric", [](auto x) { return sin(x); }, -9, 9));
  rows.push_back(unary(
      "cos", "trigonometric", [](auto x) { return cos(x); }, -9, 9));
  rows.push_back(unary(
      "tan", "trigonometric", [](auto x) { return tan(x); }, -1.2, 1.2));
  rows.push_back(unary(
      "asin", "trigonometric", [](auto x) { return asin(x); }, -0.9, 0.9));
  rows.push_back(unary(
      "acos", "trigonometric", [](auto x) { return acos(x); }, -0.9, 0.9));
  rows.push_back(unary(
      "atan", "trigonometric", [](auto x) { return atan(x); }, -4, 4));
  rows.push_back(unary("sinh", "hyperbolic", [](auto x) { return sinh(x); }));
  rows.push_back(unary("cosh", "hyperbolic", [](auto x) { return cosh(x); }));
  rows.push_back(unary(
      "asinh", "inverse_hyperbolic", [](auto x) { return asinh(x); }, -9, 9));
  rows.push_back(unary(
      "acosh", "inverse_hyperbolic", [](auto x) { return acosh(x); }, 1.2, 9));
  rows.push_back(unary(
      "atanh", "inverse_hyperbolic", [](auto x) { return atanh(x); }, -0.9, 0.9));
  rows.push_back(binary(
      "mod", "modulo", [](auto a, auto b) { return mod(a, 0.3 + square(b)); }, 0.5, 3));
  rows.push_back(binary(
      "fmod", "modulo", [](auto a, auto b) { return fmod(a, 0.3 + square(b)); }, -3, -0.5));
  rows.push_back(
      unary("mod, a number", "modulo", [](auto x) { return mod(x, -0.7) + fmod(x, 0.7); }));
  rows.push_back(binary("floor_divide", "modulo", [](auto a, auto b) {
    return (floor_divide(a, 2 + b * b) + trunc_divide(a, 2 + b * b)) * a * b;
  }));
  rows.push_back(unary(
      "log1p", "log", [](auto x) { return log1p(x); }, -0.7, 2));
  rows.push_back(unary("expm1", "exp", [](auto x) { return expm1(x); }));
  rows.push_back(unary(
      "rsqrt", "sqrt", [](auto x) { return rsqrt(x); }, 0.5, 3));
  rows.push_back(unary("erf", "erf", [](auto x) { return erf(x); }));
  rows.push_back(unary("erfc", "erf", [](auto x) { return erfc(x); }));
  rows.push_back(binary(
      "pow", "pow", [](auto a, auto b) { return pow(a, b); }, 0.3, 2.5));
  rows.push_back(unary(
      "pow to a half", "pow", [](auto x) { return pow(x, 0.5); }, 0.5, 3));
  rows.push_back(unary(
      "pow to a negative number", "pow", [](auto x) { return pow(x, -1.5); }, 0.5, 3));
  rows.push_back(unary("pow to zero", "pow", [](auto x) { return pow(x, 0); }));
  rows.push_back(unary("pow to one", "pow", [](auto x) { return pow(x, 1); }));
  rows.push_back(unary("pow to two", "pow", [](auto x) { return pow(x, 2); }));
  rows.push_back(unary("pow to three", "pow", [](auto x) { return pow(x, 3); }));
  rows.push_back(unary("pow to five", "pow", [](auto x) { return pow(x, 5); }));
}

}  // namespace engram::testing
