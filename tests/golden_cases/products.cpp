#include "engram/ops/ops.hpp"
#include "engram/tests/golden_cases.hpp"

namespace engram::testing {

void product_goldens(std::vector<Golden>& rows) {
  const auto product = [&](const std::string& name, Transposed t) {
    rows.push_back(binary(name, [t](V a, V b) { return matmul(a, b, t); }));
  };
  product("matmul", {});
  product("matmul_ta", {.a = true});
  product("matmul_tb", {.b = true});
  product("matmul_tatb", {.a = true, .b = true});
  product("matmul_batched", {});
  rows.push_back(
      {"affine", [](const Vars& x, const Indices&) { return affine(x[0], x[1], x[2]); }});
}

}  // namespace engram::testing
