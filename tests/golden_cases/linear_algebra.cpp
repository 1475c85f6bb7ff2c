#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {
namespace {

// 2 n on the diagonal, as in ops_linear_algebra.py.
V regular(const V& x) {
  const Index n = x.extent(-1);
  Array<double> diagonal(Shape{n, n});
  for (Index i = 0; i < n; ++i) diagonal.edit()[i * (n + 1)] = 2 * static_cast<double>(n);
  return x + x.tape().constant(diagonal);
}

}  // namespace

void linear_algebra_goldens(std::vector<Golden>& rows) {
  const auto one = [&](const std::string& name, const std::string& specification) {
    rows.push_back(unary("einsum_" + name, [=](V x) { return einsum(specification, x); }));
  };
  const auto two = [&](const std::string& name, const std::string& specification) {
    rows.push_back(binary("einsum_" + name, [=](V a, V b) { return einsum(specification, a, b); }));
  };
  two("ij_jk", "ij,jk->ik");
  two("implied", "ij,kj");
  two("attention", "bqhd,bkhd->bhqk");
  two("two_summed", "ijk,jil->kl");
  two("ellipsis", "...ij,...jk->...ik");
  two("outer", "i...,j...->ij...");
  two("diagonals", "iij,jkk->ki");
  two("batched_dot", "bi,bi->b");
  two("summed_alone", "ij,k->i");
  one("trace", "ii");
  one("diagonal", "bii->ib");
  one("sum", "bij->i");
  for (const std::string suffix : {"", "_batched"}) {
    rows.push_back(binary("dot" + suffix, [](V a, V b) { return dot(a, b); }));
    rows.push_back(binary("matvec" + suffix, [](V a, V x) { return matvec(a, x); }));
  }
  rows.push_back(binary("outer", [](V a, V b) { return outer(a, b); }));
  rows.push_back(binary("bmm", [](V a, V b) { return bmm(a, b); }));

  for (const std::string suffix : {"", "_batched", "_broadcast"}) {
    rows.push_back(binary("solve" + suffix, [](V a, V b) { return solve(regular(a), b); }));
    rows.push_back(
        binary("solve_transposed" + suffix, [](V a, V b) { return solve(regular(a), b, true); }));
    rows.push_back(binary("solve_triangular_lower" + suffix,
                          [](V a, V b) { return solve_triangular(regular(a), b); }));
    rows.push_back(binary("solve_triangular_upper" + suffix, [](V a, V b) {
      return solve_triangular(regular(a), b, {.upper = true});
    }));
  }
  for (const std::string suffix : {"", "_batched", "_one"}) {
    rows.push_back(unary("inverse" + suffix, [](V x) { return inverse(regular(x)); }));
    rows.push_back(unary("det" + suffix, [](V x) { return det(x); }));
    rows.push_back(unary("slogdet" + suffix, [](V x) { return slogdet(-regular(x)).log_abs; }));
    rows.push_back(unary("log_abs_det" + suffix, [](V x) { return log_abs_det(regular(x)); }));
    rows.push_back(unary("cholesky" + suffix, [](V x) { return cholesky(regular(x)); }));
  }
}

}  // namespace engram::testing
