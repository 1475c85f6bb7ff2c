// Rows of einsum, of products of vectors, and of systems of equations.
#include "engram/ops/ops.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {
namespace {

// Square matrices with 2 n added to the diagonal, which makes them regular; anything else as it is.
template <class T>
Var<T> regular(const Var<T>& x) {
  if (x.rank() < 2 || x.extent(-1) != x.extent(-2)) return x;
  const Index n = x.extent(-1);
  Array<T> diagonal(Shape{n, n});
  for (Index i = 0; i < n; ++i) diagonal.edit()[i * (n + 1)] = static_cast<T>(2 * n);
  return x + x.tape().constant(diagonal);
}

void products(std::vector<OpCase>& rows) {
  rows.push_back(row(
      "dot", "dot", [](auto x) { return dot(x[0], x[1]); },
      {{{5}, {5}}, {{3, 17}, {3, 17}}, {{2, 1, 4}, {3, 4}}, {{1}, {1}}, {{0}, {0}}, {{0, 3}, {3}}},
      {{{{}, {2}}, "need vectors [..., n] of the same n"},
       {{{2}, {}}, "need vectors [..., n] of the same n"},
       {{{1}, {3}}, "a [1] . b [3]"},
       {{{2, 3}, {4, 3}}, "dot: shapes do not broadcast"}}));
  rows.push_back(row("outer", "dot", [](auto x) { return outer(x[0], x[1]); },
                     {{{3}, {4}}, {{2, 3}, {2, 37}}, {{2, 1, 3}, {3, 2}}, {{1}, {1}}, {{0}, {3}}},
                     {{{{}, {2}}, "need vectors [..., m] and [..., n]"},
                      {{{2}, {}}, "need vectors [..., m] and [..., n]"},
                      {{{2, 3}, {3, 3}}, "outer: shapes do not broadcast"}}));
  rows.push_back(row("matvec", "dot", [](auto x) { return matvec(x[0], x[1]); },
                     {{{3, 4}, {4}},
                      {{3, 17}, {2, 5, 17}},
                      {{2, 3, 4}, {4}},
                      {{2, 1, 3, 2}, {3, 2}},
                      {{1, 1}, {1}},
                      {{0, 3}, {3}},
                      {{2, 0}, {0}}},
                     {{{{3}, {3}}, "need a [..., m, n] and x [..., n]"},
                      {{{3, 4}, {3}}, "a [3,4] . x [3]"},
                      {{{3, 4}, {}}, "a [3,4] . x []"},
                      {{{2, 3, 4}, {3, 4}}, "matvec: "}}));
  rows.push_back(row("bmm", "matmul", [](auto x) { return bmm(x[0], x[1]); },
                     {{{2, 3, 4}, {2, 4, 5}},
                      {{1, 1, 1}, {1, 1, 1}},
                      {{0, 2, 3}, {0, 3, 1}},
                      {{2, 2, 0}, {2, 0, 3}}},
                     {{{{1, 3, 4}, {2, 4, 5}}, "need a [B, m, k] and b [B, k, n]"},
                      {{{3, 4}, {4, 5}}, "need a [B, m, k] and b [B, k, n]"},
                      {{{2, 3, 4}, {2, 3, 4}}, "a [2,3,4] . b [2,3,4]"}}));
}

void einsums(std::vector<OpCase>& rows) {
  const auto one = [&](const std::string& spec, Shapes shapes, std::vector<BadShapes> bad = {}) {
    rows.push_back(row(
        "einsum " + spec, "einsum", [spec](auto x) { return einsum(spec, x[0]); },
        std::move(shapes), std::move(bad)));
  };
  one("ij->ji", {{{3, 4}}, {{1, 1}}, {{0, 3}}},
      {{{{2, 3, 4}}, "names 2 axes of an operand [2,3,4]"}});
  one("ba", {{{3, 4}}}, {{{{3}}, "names 2 axes of an operand [3]"}});
  one("ij->", {{{3, 5}}, {{0, 2}}});
  one("bij->ib", {{{2, 3, 4}}});
  one("ii->i", {{{4, 4}}, {{1, 1}}, {{0, 0}}}, {{{{3, 4}}, "'i' is 3 and 4"}});
  one("ii", {{{17, 17}}});
  one("iji->j", {{{3, 2, 3}}});
  one("ijij->ji", {{{2, 3, 2, 3}}});
  one("iii->i", {{{3, 3, 3}}});
  one("i...->...i", {{{2, 3, 4}}, {{2}}}, {{{{}}, "names 1 axes of an operand []"}});
  one("...ii->...", {{{2, 3, 3}}, {{2, 2}}});
  one("i1->i", {}, {{{{2, 3}}, "einsum \"i1->i\": '1' in the term \"i1\"; need letters"}});
  one("...i...->i", {}, {{{{2}}, "at most one \"...\""}});
  one("ij->ii", {}, {{{{2, 3}}, "the result names 'i' twice"}});
  one("ij->k", {}, {{{{2, 3}}, "the result names 'k', which no operand has"}});
  one("i,j->ij", {}, {{{{2}}, "2 terms for 1 operands"}});
  one("...i->i", {}, {{{{2, 3}}, "an operand has \"...\" and the result has not"}});

  const auto two = [&](const std::string& spec, Shapes shapes, std::vector<BadShapes> bad = {}) {
    rows.push_back(row(
        "einsum " + spec, "einsum", [spec](auto x) { return einsum(spec, x[0], x[1]); },
        std::move(shapes), std::move(bad)));
  };
  two("ij,jk->ik", {{{2, 3}, {3, 4}}, {{1, 1}, {1, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}},
      {{{{2, 3}, {4, 5}}, "'j' is 3 and 4 (operand 1 is [4,5])"},
       {{{2, 3}, {3}}, "names 2 axes of an operand [3]"},
       {{{3}, {3, 2}}, "names 2 axes of an operand [3]"}});
  two("ij,kj", {{{2, 17}, {3, 17}}});
  two("ji,jk->ki", {{{3, 2}, {3, 4}}});
  two("bij,bjk->bik", {{{2, 3, 4}, {2, 4, 5}}, {{0, 3, 4}, {0, 4, 5}}});
  two("bij,bkj->kib", {{{2, 3, 4}, {2, 5, 4}}});
  two("bhqd,bhkd->bhqk", {{{2, 2, 3, 4}, {2, 2, 2, 4}}});
  two("ijk,jil->kl", {{{2, 3, 4}, {3, 2, 5}}});
  two("i,j->ji", {{{3}, {4}}});
  two("i,i->", {{{5}, {5}}, {{0}, {0}}});
  two("ij,ij->ij", {{{3, 4}, {3, 4}}});
  two("ij,ij->i", {{{3, 4}, {3, 4}}});
  two("ij,j->ij", {{{3, 4}, {4}}});
  two("i,->i", {{{3}, {}}});
  two("ij,k->i", {{{2, 3}, {4}}});
  two("iij,jkk->ki", {{{2, 2, 3}, {3, 2, 2}}});
  two("...ij,...jk->...ik", {{{2, 1, 2, 3}, {3, 3, 2}}, {{2, 3}, {2, 3, 4}}, {{2, 2, 3}, {3, 4}}},
      {{{{2, 2, 3}, {4, 3, 2}}, "axes of \"...\" do not broadcast: [2,2,3] and [4,3,2]"}});
  two("...i,...i", {{{2, 4}, {4}}, {{4}, {4}}, {{1, 3, 4}, {2, 1, 4}}});
  two("i...,j...->ij...", {{{2, 3}, {4, 3}}, {{2, 1}, {2, 3}}, {{2}, {3, 4}}});
  two("abcd,efgh->abcdefgh", {},
      {{{{1, 1, 1, 1}, {1, 1, 1, 1}}, "the result has 8 axes; at most 7"}});
}

void systems(std::vector<OpCase>& rows) {
  const Shapes pairs = {{{3, 3}, {3, 2}},       {{1, 1}, {1, 1}},       {{2, 2}, {2, 2}},
                        {{2, 3, 3}, {2, 3, 2}}, {{3, 3}, {2, 3, 1}},    {{2, 1, 2, 2}, {3, 2, 2}},
                        {{0, 0}, {0, 2}},       {{0, 2, 2}, {0, 2, 1}}, {{2, 2}, {2, 0}},
                        {{7, 7}, {7, 1}}};
  const std::vector<BadShapes> bad = {{{{3, 4}, {3, 2}}, "a [3,4] is not square"},
                                      {{{3}, {3, 2}}, "a [3] is not square"},
                                      {{{3, 3}, {2, 2}}, "a [3,3] and b [2,2]; need b [..., 3, k]"},
                                      {{{3, 3}, {3}}, "reshape a single right side to a column"},
                                      {{{2, 3, 3}, {4, 3, 1}}, "shapes do not broadcast"}};
  const std::vector<BadShapes> not_square = {{{{3, 4}}, "x [3,4] is not square; need [..., n, n]"},
                                             {{{3}}, "x [3] is not square"}};
  const Shapes matrices = {{{3, 3}}, {{1, 1}},    {{2, 3, 3}}, {{2, 1, 2, 2}},
                           {{0, 0}}, {{0, 2, 2}}, {{5, 5}}};
  for (const bool transposed : {false, true}) {
    rows.push_back(row(
        transposed ? "solve, transposed" : "solve", "solve",
        [=](auto x) { return solve(regular(x[0]), x[1], transposed); }, pairs, bad));
  }
  rows.push_back(row("solve, singular", "solve", [](auto x) { return solve(x[0], x[1]); }, {},
                     {{{{2, 2}, {2, 1}}, "solve: matrix 0 is singular: pivot 0 is 0"}}));
  rows.push_back(row(
      "inverse", "solve", [](auto x) { return inverse(regular(x[0])); }, matrices, not_square));
  rows.push_back(row("inverse, singular", "solve", [](auto x) { return inverse(x[0]); }, {},
                     {{{{2, 2}}, "inverse: matrix 0 is singular: pivot 0 is 0"}}));
  rows.push_back(row(
      "log_abs_det", "solve", [](auto x) { return log_abs_det(regular(x[0])); }, matrices,
      not_square));
  rows.push_back(row("log_abs_det, singular", "solve", [](auto x) { return log_abs_det(x[0]); }, {},
                     {{{{2, 2}}, "log_abs_det: matrix 0 is singular: pivot 0 is 0"}}));
  rows.push_back(row(
      "det", "determinant", [](auto x) { return det(x[0]); },
      {{{3, 3}},
       {{1, 1}},
       {{2, 3, 3}},
       {{2, 1, 2, 2}},
       {{0, 0}},
       {{0, 2, 2}},
       {{5, 5}},
       {{5, 4, 4}}},
      not_square));
  // The second row twice: cofactors of the last row alone are 0.
  rows.push_back(row("det, singular", "determinant",
                     [](auto x) {
                       const auto top = slice(x[0], -2, 0, x[0].extent(-2) - 1);
                       return det(concat({top, slice(top, -2, 1, 2)}, -2)) + sum(x[0] * x[0]);
                     },
                     {{{4, 4}}, {{3, 3}}}));
  rows.push_back(row(
      "slogdet", "determinant",
      [](auto x) {
        const auto [sign, log_abs] = slogdet(regular(x[0]) * -1);
        return sign * log_abs;
      },
      matrices, not_square));
  rows.push_back(row("slogdet, singular", "determinant",
                     [](auto x) { return slogdet(x[0]).log_abs; }, {},
                     {{{{2, 2}}, "slogdet: matrix 0 is singular: pivot 0 is 0"}}));
  rows.push_back(row(
      "cholesky", "cholesky", [](auto x) { return cholesky(regular(x[0])); }, matrices,
      not_square));
  rows.push_back(row("cholesky, not positive definite", "cholesky",
                     [](auto x) { return cholesky(x[0]); }, {},
                     {{{{2, 2}}, "cholesky: matrix 0 is not positive definite: pivot 0 is 0"}}));
  for (const bool upper : {false, true}) {
    for (const bool transposed : {false, true}) {
      rows.push_back(row(
          text("solve_triangular, ", upper ? "upper" : "lower", transposed ? ", transposed" : ""),
          "cholesky",
          [=](auto x) {
            return solve_triangular(regular(x[0]), x[1], {upper, transposed});
          },
          pairs, bad));
    }
  }
  rows.push_back(row(
      "solve_triangular, singular", "cholesky", [](auto x) { return solve_triangular(x[0], x[1]); },
      {}, {{{{3, 2, 2}, {2, 1}}, "matrix 0 is singular: element 0 of its diagonal is 0"}}));
}

}  // namespace

void linear_algebra_rows(std::vector<OpCase>& rows) {
  products(rows);
  einsums(rows);
  systems(rows);
}

}  // namespace engram::testing
