// Rows of the products.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

void product_rows(std::vector<OpCase>& rows) {
  const auto product = [&](const std::string& name, Transposed t, Shapes shapes,
                           std::vector<BadShapes> bad) {
    rows.push_back(row(
        name, "matmul", [t](auto x) { return matmul(x[0], x[1], t); }, std::move(shapes),
        std::move(bad)));
  };
  product(
      "matmul", {},
      {{{2, 3}, {3, 4}},
       {{1, 1}, {1, 1}},
       {{0, 3}, {3, 2}},
       {{2, 0}, {0, 3}},
       {{5, 17}, {17, 3}},
       {{2, 2, 3}, {2, 3, 4}},
       {{2, 3, 4}, {4, 5}},
       {{3, 4}, {2, 4, 5}},
       {{2, 1, 2, 3}, {3, 3, 2}}},
      {{{{32, 64}, {128, 10}}, "inner sizes differ: a [32,64] . b [128,10]; need a.cols == b.rows"},
       {{{3}, {3, 2}}, "at least two axes"},
       {{{2, 2, 3}, {3, 3, 4}}, "do not broadcast"}});
  product("matmul_ta", {.a = true},
          {{{3, 2}, {3, 4}}, {{2, 3, 2}, {2, 3, 4}}, {{2, 3, 2}, {3, 4}}, {{0, 2}, {0, 3}}},
          {{{{2, 3}, {3, 4}}, "inner sizes differ"}});
  product("matmul_tb", {.b = true},
          {{{2, 3}, {4, 3}}, {{2, 2, 3}, {2, 4, 3}}, {{2, 2, 3}, {4, 3}}, {{1, 3}, {2, 4, 3}}},
          {{{{2, 3}, {3, 4}}, "inner sizes differ"}});
  product("matmul_tatb", {.a = true, .b = true},
          {{{3, 2}, {4, 3}}, {{2, 3, 2}, {2, 4, 3}}, {{1, 5}, {3, 1}}, {{2, 3, 2}, {4, 3}}},
          {{{{2, 3}, {3, 4}}, "inner sizes differ"}});
  const auto strong = [&](const std::string& name, Transposed t, Strong zeros, Shapes shapes) {
    rows.push_back(row(name, "strong_matmul",
                       [=](auto x) { return strong_matmul(x[0], x[1], t, zeros); },
                       std::move(shapes), {{{{2, 3}, {4, 5}}, "inner sizes differ"}}));
  };
  strong("strong_matmul", {}, {.a = true},
         {{{2, 3}, {3, 4}}, {{2, 3, 4}, {4, 5}}, {{2, 1, 2, 3}, {3, 3, 2}}, {{0, 3}, {3, 2}}});
  strong("strong_matmul_ta", {.a = true}, {.b = true}, {{{3, 2}, {3, 4}}, {{2, 3, 2}, {3, 4}}});
  strong("strong_matmul_tb", {.b = true}, {}, {{{2, 3}, {4, 3}}, {{2, 2, 3}, {2, 4, 3}}});
  strong("strong_matmul_tatb", {.a = true, .b = true}, {.a = true, .b = true},
         {{{3, 2}, {4, 3}}, {{1, 5}, {3, 1}}});
  rows.push_back(row("affine", "matmul", [](auto x) { return affine(x[0], x[1], x[2]); },
                     {{{2, 3}, {3, 4}, {4}},
                      {{5, 2, 3}, {3, 4}, {4}},
                      {{3}, {3, 2}, {2}},
                      {{0, 3}, {3, 2}, {2}},
                      {{2, 1}, {1, 1}, {1}},
                      {{2, 3}, {3, 4}, {2, 4}},
                      {{5, 2, 3}, {3, 4}, {2, 1}}},
                     {{{{2, 3}, {4, 3}, {3}}, "need x [..., k], w [k, n] and b [n]"},
                      {{{2, 3}, {3, 4}, {3, 4}}, "need x [..., k], w [k, n] and b [n]"}}));
}

}  // namespace engram::testing
