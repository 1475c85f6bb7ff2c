// Rows of the ops that say what becomes of a gradient.
#include <array>

#include "engram/core/checkpoint.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases/shapes.hpp"

namespace engram::testing {

void gradient_flow_rows(std::vector<OpCase>& rows) {
  rows.push_back(row(
      "on_gradient", "on_gradient",
      [](auto x) {
        const auto y = on_gradient(x[0] * 2, [](const auto& dx) { return dx; });
        return y * tanh(y);
      },
      any_shape()));
  rows.push_back(row("on_gradient of columns", "on_gradient",
                     [](auto x) {
                       const auto [a, b] = split<2>(x[0]);
                       return on_gradient(a, [](const auto& dx) { return dx; }) * b;
                     },
                     {{{3, 40}}, {{2, 4}}}, {{{{3}}, "cannot be cut into 2"}}));
  rows.push_back(row(
      "custom_gradient", "custom_gradient",
      [](auto x) {
        return custom_gradient(
            [](const auto& v) { return tanh(v); },
            [](const auto&, const auto& y, const auto& dy) { return dy * (1 - y * y); }, x[0]);
      },
      any_shape()));
  rows.push_back(
      row("custom_gradient of three", "custom_gradient",
          [](auto x) {
            return custom_gradient(
                [](const auto& a, const auto& b, const auto& c) { return a * b + c; },
                [](const auto& a, const auto& b, const auto&, const auto&, const auto& dy) {
                  return std::array{dy * b, dy * a, dy};
                },
                x[0], x[1], x[2]);
          },
          {{{3, 5}, {3, 5}, {3, 5}}, {{}, {}, {}}},
          {{{{3, 4}, {3, 5}, {3, 5}}, "mul: shapes do not broadcast: [3,4] and [3,5]"},
           {{{3, 5}, {3, 4}, {3, 5}}, "mul: shapes do not broadcast: [3,5] and [3,4]"},
           {{{3, 5}, {3, 5}, {4}}, "add: shapes do not broadcast: [3,5] and [4]"}}));
  rows.push_back(
      row("checkpoint", "checkpoint",
          [](auto x) {
            using V = std::remove_cvref_t<decltype(x[0])>;
            return checkpoint<typename V::value_type>(
                [](std::span<const V> v) { return tanh(matmul(v[0], v[1])) * exp(v[2]) + v[2]; },
                {x[0], x[1], tanh(x[2])});
          },
          {{{2, 3}, {3, 4}, {4}}, {{1, 1}, {1, 1}, {}}},
          {{{{2, 3}, {4, 4}, {4}}, "inner sizes differ"},
           {{{2, 3}, {3, 4}, {5}}, "mul: shapes do not broadcast: [2,4] and [5]"}}));
}

}  // namespace engram::testing
