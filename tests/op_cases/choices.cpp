// Rows of comparisons, choices and rounding.
#include <limits>

#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases/shapes.hpp"

namespace engram::testing {

void choice_rows(std::vector<OpCase>& rows) {
  // Of whole numbers, so that some are equal and differences do not see it.
  rows.push_back(binary("equal", "comparisons",
                        [](auto a, auto b) { return equal(round(a), round(b)) * a * b; }));
  rows.push_back(
      unary("equal, a number", "comparisons", [](auto x) { return equal(round(x), 1) * x * x; }));
  rows.push_back(binary("not_equal", "comparisons",
                        [](auto a, auto b) { return not_equal(round(a), round(b)) * a * b; }));
  rows.push_back(unary("not_equal, a number", "comparisons",
                       [](auto x) { return not_equal(round(x), 1) * x * x; }));
  rows.push_back(binary("less", "comparisons",
                        [](auto a, auto b) { return less(round(a), round(b)) * a * b; }));
  rows.push_back(
      unary("less, a number", "comparisons", [](auto x) { return less(round(x), 1) * x * x; }));
  rows.push_back(binary("less, without ties", "comparisons",
                        [](auto a, auto b) { return less(a, b) * a * b; }));
  rows.push_back(binary("less_equal", "comparisons",
                        [](auto a, auto b) { return less_equal(round(a), round(b)) * a * b; }));
  rows.push_back(unary("less_equal, a number", "comparisons",
                       [](auto x) { return less_equal(round(x), 1) * x * x; }));
  rows.push_back(binary("greater_equal", "comparisons",
                        [](auto a, auto b) { return greater_equal(round(a), round(b)) * a * b; }));
  rows.push_back(unary("greater_equal, a number", "comparisons",
                       [](auto x) { return greater_equal(round(x), 1) * x * x; }));
  rows.push_back(binary("operators", "comparisons", [](auto a, auto b) {
    const auto m = round(a), n = round(b);
    return a * ((m == n) + 2 * (m != n) + 3 * (m < n) + 4 * (m <= n) + 5 * (m > n) + 6 * (m >= n));
  }));
  rows.push_back(unary("operators, a number", "comparisons", [](auto x) {
    const auto m = round(x);
    return x * ((m == 1) + 2 * (m != 1) + 3 * (m < 1) + 4 * (m <= 1) + 5 * (m > 1) + 6 * (m >= 1) +
                7 * (1 == m) + 8 * (1 != m) + 9 * (1 < m) + 10 * (1 <= m) + 11 * (1 > m) +
                12 * (1 >= m));
  }));
  const auto truth = [&](const std::string& name, const auto& f) {
    rows.push_back(binary(name, "logic", [f](auto a, auto b) {
      return f(greater(a, 0), greater(b, 0)) * a * b + f(a, b);
    }));
  };
  truth("logical_and", [](auto a, auto b) { return logical_and(a, b); });
  truth("logical_or", [](auto a, auto b) { return logical_or(a, b); });
  truth("logical_xor", [](auto a, auto b) { return logical_xor(a, b); });
  rows.push_back(unary("logical_not", "logic",
                       [](auto x) { return logical_not(greater(x, 0)) * x + logical_not(x); }));
  rows.push_back(unary("is_nan", "logic",
                       [](auto x) { return x * (is_nan(log(x)) + 2 * is_finite(x)) + is_inf(x); }));
  rows.push_back(ternary(
      "where", "where", [](auto a, auto b, auto c) { return where(greater(a, 0), b * b, c * c); }));
  rows.push_back(ternary("where, numbers", "where", [](auto a, auto b, auto c) {
    return where(less(a, 0), 2, b) * where(a, c, 3) + where(greater(a, c), 1, 0);
  }));
  rows.push_back(ternary("lerp", "lerp", [](auto a, auto b, auto c) { return lerp(a, b, c); }));
  rows.push_back(binary("lerp, a number", "lerp",
                        [](auto a, auto b) { return lerp(a, b, 0.3) + lerp(a, b, 0.8); }));
  rows.push_back(unary("floor", "rounding", [](auto x) { return floor(x) * x; }));
  rows.push_back(unary("ceil", "rounding", [](auto x) { return ceil(x) * x; }));
  rows.push_back(unary("round", "rounding", [](auto x) { return round(x) * x; }));
  rows.push_back(unary("sign", "rounding", [](auto x) { return sign(x) * x; }));
  rows.push_back(unary("nan_to_num", "nan_to_num", [](auto x) {
    using T = Number<decltype(x)>;
    const auto infinite_below = where(greater(x, 0), x, std::numeric_limits<T>::infinity());
    return nan_to_num(infinite_below, Replacements<T>{.positive_infinity = 5}) * nan_to_num(x);
  }));
}

}  // namespace engram::testing
