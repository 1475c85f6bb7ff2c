#include "engram/tests/op_cases.hpp"

#include "engram/core/random.hpp"

namespace engram::testing {

Arrays draw(const OpCase& row, const std::vector<Shape>& shapes) {
  Random random{3};
  Arrays out;
  for (const Shape& shape : shapes) {
    Array<double> x = random.uniform<double>(shape, row.low, row.high);
    for (Index i = 0; i < x.size(); ++i) x.edit()[i] = static_cast<float>(x[i]);
    out.push_back(x);
  }
  return out;
}

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> all = [] {
    std::vector<OpCase> rows;
    convolution_rows(rows);
    activation_rows(rows);
    choice_rows(rows);
    elementwise_rows(rows);
    function_rows(rows);
    fused_rows(rows);
    gradient_flow_rows(rows);
    linear_algebra_rows(rows);
    loss_rows(rows);
    memory_rows(rows);
    attention_rows(rows);
    network_rows(rows);
    indexing_rows(rows);
    more_reduction_rows(rows);
    order_rows(rows);
    pooling_rows(rows);
    product_rows(rows);
    reduction_rows(rows);
    scatter_rows_of_ops(rows);
    sequence_loss_rows(rows);
    shape_rows(rows);
    vocabulary_loss_rows(rows);
    simple_loss_rows(rows);
    return rows;
  }();
  return all;
}

}  // namespace engram::testing
