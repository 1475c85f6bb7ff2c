// Rows of fused expressions.
#include "engram/ops/elementwise/fused.hpp"

#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

void fused_rows(std::vector<OpCase>& rows) {
  const std::vector<BadShapes> bad = {{{{3}, {4}, {3}}, "shapes do not broadcast"}};
  rows.push_back(row(
      "fused", "fused",
      [](auto x) {
        return fused([](auto a, auto b, auto c) {
          return sigmoid(a) * b + 2 * tanh(c) - exp(-a) / (1 + square(b)) +
                 maximum(a, c) * minimum(b, 0.5 * c) + (3 - b) / 4;
        })(x[0], x[1], x[2]);
      },
      {{{3, 5}, {3, 5}, {3, 5}},
       {{2, 20}, {2, 20}, {2, 20}},
       {{3, 20}, {20}, {3, 1}},
       {{4, 1}, {1, 7}, {}},
       {{0, 3}, {0, 3}, {3}}},
      bad));
  rows.back().takes = Takes::broadcast;
  rows.push_back(row("fused, of one input", "fused",
                     [](auto x) {
                       return fused([](auto a) {
                         return abs(a) + log(1 + square(a)) * relu(a) - softplus(a) +
                                sqrt(2 + a * a) + 1 / (2 + sigmoid(a)) - (a - 1) * 2;
                       })(x[0]);
                     },
                     {{{3, 5}}, {{}}, {{2, 33}}}, {}));
  rows.back().takes = Takes::any_shape;
  rows.push_back(row("fused columns", "fused",
                     [](auto x) {
                       const auto [a, b] = split<2>(x[0]);
                       return fused([](auto v, auto w, auto u) { return v * tanh(w) + u * v; })(
                           a, b, a);
                     },
                     {{{3, 40}}, {{2, 66}}, {{3, 4}}}, {{{{3}}, "cannot be cut into 2"}}));
  rows.push_back(row("fused functions", "fused",
                     [](auto x) {
                       return fused([](auto a, auto b) {
                         return where(greater(a, b), silu(a), 2) * sin(b) + pow(3 + a, 1.5) +
                                lerp(a, clamp(b, -1, 1), 0.3);
                       })(x[0], x[1]);
                     },
                     {{{3, 17}, {17}}, {{2, 3}, {}}}, {{{{3}, {4}}, "shapes do not broadcast"}}));
}

}  // namespace engram::testing
