// One row per op: what the sweep needs to know to test it.
#pragma once

#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram::testing {

template <class T>
using OpFunction = std::function<Var<T>(std::span<const Var<T>>)>;

/// Shapes an op must refuse, and a part of what it must say.
struct BadShapes {
  std::vector<Shape> inputs;
  std::string text;
};

/// Which shapes an op takes besides those that its row lists.
enum class Takes {
  listed,     ///< perhaps none
  any_shape,  ///< any shape of its one input: it works element by element
  broadcast,  ///< any that broadcast together, likewise
};

struct OpCase {
  std::string name;  ///< of the row
  std::string file;  ///< ops/<file>.hpp, which this row tests
  OpFunction<double> in_double;
  OpFunction<float> in_float;
  std::vector<std::vector<Shape>> shapes;  ///< of the inputs: plain, broadcast, size 1, empty, ...
  std::vector<BadShapes> bad;
  double low = -2, high = 2;  ///< the inputs are drawn from [low, high)
  Takes takes = Takes::listed;
};

using Shapes = std::vector<std::vector<Shape>>;

/// A row whose function is written once, for Vars of either precision.
template <class F>
OpCase row(const std::string& name, const std::string& file, F f, Shapes shapes,
           std::vector<BadShapes> bad = {}, double low = -2, double high = 2) {
  return {name,
          file,
          [f](std::span<const Var<double>> x) { return f(x); },
          [f](std::span<const Var<float>> x) { return f(x); },
          std::move(shapes),
          std::move(bad),
          low,
          high};
}

inline std::ostream& operator<<(std::ostream& out, const OpCase& row) { return out << row.name; }

// The rows, in files of tests/op_cases/ by family.
void convolution_rows(std::vector<OpCase>& rows);
void elementwise_rows(std::vector<OpCase>& rows);
void fused_rows(std::vector<OpCase>& rows);
void gradient_flow_rows(std::vector<OpCase>& rows);
void linear_algebra_rows(std::vector<OpCase>& rows);
void activation_rows(std::vector<OpCase>& rows);
void choice_rows(std::vector<OpCase>& rows);
void function_rows(std::vector<OpCase>& rows);
void loss_rows(std::vector<OpCase>& rows);
/// Those in which gradients share memory: see `GradientTable`.
void memory_rows(std::vector<OpCase>& rows);
void attention_rows(std::vector<OpCase>& rows);
void network_rows(std::vector<OpCase>& rows);
void indexing_rows(std::vector<OpCase>& rows);
void more_reduction_rows(std::vector<OpCase>& rows);
void order_rows(std::vector<OpCase>& rows);
void pooling_rows(std::vector<OpCase>& rows);
void product_rows(std::vector<OpCase>& rows);
void reduction_rows(std::vector<OpCase>& rows);
void scatter_rows_of_ops(std::vector<OpCase>& rows);
void sequence_loss_rows(std::vector<OpCase>& rows);
void shape_rows(std::vector<OpCase>& rows);
void vocabulary_loss_rows(std::vector<OpCase>& rows);
void simple_loss_rows(std::vector<OpCase>& rows);

/// How a message names the inputs.
inline std::string label(const std::vector<Shape>& shapes) {
  std::string out;
  for (const Shape& shape : shapes) out += shape.str() + " ";
  return out;
}

using Arrays = std::vector<Array<double>>;

/// Inputs of these shapes for a row, always the same, that float and double both hold exactly.
Arrays draw(const OpCase& row, const std::vector<Shape>& shapes);

/// All rows.
const std::vector<OpCase>& op_cases();

}  // namespace engram::testing
