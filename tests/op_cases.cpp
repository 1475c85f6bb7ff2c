#include "engram/tests/op_cases.hpp"

namespace engram::testing {

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> all = [] {
    std::vector<OpCase> rows;
    activation_rows(rows);
    choice_rows(rows);
    elementwise_rows(rows);
    function_rows(rows);
    fused_rows(rows);
    loss_rows(rows);
    memory_rows(rows);
    product_rows(rows);
    reduction_rows(rows);
    shape_rows(rows);
    simple_loss_rows(rows);
    return rows;
  }();
  return all;
}

}  // namespace engram::testing
