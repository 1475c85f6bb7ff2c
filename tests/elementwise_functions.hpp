// The elementwise functions of one input, with what they are in long double.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram::testing {

using Real = long double;

struct Function {
  std::string name;
  std::function<Var<float>(const Var<float>&)> in_float;
  std::function<Var<double>(const Var<double>&)> in_double;
  std::function<Real(Real)> value, derivative;
  double low, high;                      ///< ends of the grid of arguments
  double most_in_float, most_in_double;  ///< units in the last place that it may be off there
  double most_at_edges = 0;              ///< and at the edge scalars, where that is more

  Var<float> operator()(const Var<float>& x) const { return in_float(x); }
  Var<double> operator()(const Var<double>& x) const { return in_double(x); }
};
inline std::ostream& operator<<(std::ostream& out, const Function& f) { return out << f.name; }

/// All of them, but those that only add, subtract, multiply or divide.
const std::vector<Function>& elementwise_functions();

}  // namespace engram::testing
