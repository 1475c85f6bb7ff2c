#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void function_goldens(std::vector<Golden>& rows) {
  const auto one = [&](const std::string& name, auto f) {
    rows.push_back(unary(name, f));
    rows.push_back(unary(name + "_cube", f));
  };
  const auto two = [&](const std::string& name, auto f) {
    rows.push_back(binary(name, f));
    rows.push_back(binary(name + "_broadcast", f));
  };
  const auto three = [&](const std::string& name, auto f) {
    for (const char* shapes : {"", "_broadcast"}) {
      rows.push_back(
          {name + shapes, [f](const Vars& x, const Indices&) { return f(x[0], x[1], x[2]); }});
    }
  };
  one("sin", [](V x) { return sin(x); });
  one("cos", [](V x) { return cos(x); });
  one("tan", [](V x) { return tan(x); });
  one("asin", [](V x) { return asin(x); });
  one("acos", [](V x) { return acos(x); });
  one("atan", [](V x) { return atan(x); });
  one("sinh", [](V x) { return sinh(x); });
  one("cosh", [](V x) { return cosh(x); });
  one("expm1", [](V x) { return expm1(x); });
  one("erf", [](V x) { return erf(x); });
  one("erfc", [](V x) { return erfc(x); });
  one("log1p", [](V x) { return log1p(x); });
  one("asinh", [](V x) { return asinh(x); });
  one("acosh", [](V x) { return acosh(x); });
  one("atanh", [](V x) { return atanh(x); });
  two("mod", [](V a, V b) { return mod(a, b); });
  two("fmod", [](V a, V b) { return fmod(a, b); });
  two("floor_divide", [](V a, V b) { return floor_divide(a, b) * a; });
  two("trunc_divide", [](V a, V b) { return trunc_divide(a, b) * a; });
  two("logical_and", [](V a, V b) { return logical_and(a > 0, b > 0) * a * b; });
  two("logical_or", [](V a, V b) { return logical_or(a > 0, b > 0) * a * b; });
  two("logical_xor", [](V a, V b) { return logical_xor(a > 0, b > 0) * a * b; });
  one("logical_not", [](V x) { return logical_not(x > 0) * x; });
  const auto chosen = [](V x, V condition) {
    return where(condition, nan_to_num(x, {.nan = 3}), 2 * nan_to_num(x, {.nan = 5}));
  };
  one("isnan", [=](V x) { return chosen(x, is_nan(x)); });
  one("isinf", [=](V x) { return chosen(x, is_inf(x)); });
  one("isfinite", [=](V x) { return chosen(x, is_finite(x)); });
  one("celu", [](V x) { return celu(x, 0.5); });
  one("hard_swish", [](V x) { return hard_swish(x); });
  one("soft_cap", [](V x) { return soft_cap(x, 1.5); });
  rows.push_back(binary("prelu", [](V x, V a) { return prelu(x, a); }));
  rows.push_back(binary("prelu_channels", [](V x, V a) { return prelu(x, unsqueeze(a, -1)); }));
  two("swiglu", [](V a, V b) { return swiglu(a, b); });
  one("rsqrt", [](V x) { return rsqrt(x); });
  two("pow", [](V a, V b) { return pow(a, b); });
  one("pow_fraction", [](V x) { return pow(x, 2.5); });
  one("pow_whole", [](V x) { return pow(x, 3); });
  one("pow_negative", [](V x) { return pow(x, -2); });
  one("gelu", [](V x) { return gelu(x); });
  one("gelu_tanh", [](V x) { return gelu_tanh(x); });
  one("silu", [](V x) { return silu(x); });
  one("mish", [](V x) { return mish(x); });
  one("selu", [](V x) { return selu(x); });
  one("softsign", [](V x) { return softsign(x); });
  one("elu", [](V x) { return elu(x, 0.7); });
  one("leaky_relu", [](V x) { return leaky_relu(x, 0.2); });
  one("hard_sigmoid", [](V x) { return hard_sigmoid(x) * x; });
  one("hard_tanh", [](V x) { return hard_tanh(x, -0.5, 1.5) * x; });
  one("clamp", [](V x) { return clamp(x, -0.5, 1.5) * x; });
  one("floor", [](V x) { return floor(x) * x; });
  one("ceil", [](V x) { return ceil(x) * x; });
  one("round", [](V x) { return round(x) * x; });
  one("sign", [](V x) { return sign(x) * x; });
  one("nan_to_num", [](V x) { return nan_to_num(x) * x; });
  two("equal", [](V a, V b) { return equal(round(a), round(b)) * a * b; });
  two("not_equal", [](V a, V b) { return not_equal(round(a), round(b)) * a * b; });
  two("less", [](V a, V b) { return less(round(a), round(b)) * a * b; });
  two("less_equal", [](V a, V b) { return less_equal(round(a), round(b)) * a * b; });
  two("greater_equal", [](V a, V b) { return greater_equal(round(a), round(b)) * a * b; });
  three("where", [](V a, V b, V c) { return where(greater(a, 0), a * b, c); });
  three("lerp", [](V a, V b, V c) { return lerp(a, b, c); });
}

}  // namespace engram::testing
