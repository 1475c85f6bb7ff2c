// One line per golden value of tests/golden: how Engram computes what PyTorch did, and how the two
// are compared.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "engram/core/safetensors.hpp"
#include "engram/core/tape.hpp"

namespace engram::testing {

using V = Var<double>;
using Vars = std::vector<V>;

struct Golden {
  std::string name;  ///< in the file
  std::function<V(const Vars&, const Indices&)> f;
};
inline std::ostream& operator<<(std::ostream& out, const Golden& row) { return out << row.name; }

template <class F>
Golden unary(const std::string& name, F f) {
  return {name, [f](const Vars& x, const Indices&) { return f(x[0]); }};
}
template <class F>
Golden binary(const std::string& name, F f) {
  return {name, [f](const Vars& x, const Indices&) { return f(x[0], x[1]); }};
}

/// All lines.
const std::vector<Golden>& goldens();

/// The files ops*.safetensors of tests/golden as one.
const files::Tensors& golden_values();

/// The inputs of a case, as variables: what the file has under `<name>.in0`, `.in1`, ...
Vars inputs_of(Tape<double>& tape, const std::string& name);

/// What a case gets beside its inputs, if anything.
Indices indices_of(const std::string& name);

enum class Where {
  all,
  not_nan,  ///< where the expected value is a number or an infinity
};

/// Tests that numbers are the expected ones to 1e-12 of max(1, |value|), NaN and infinities the
/// same.
void compare(const std::string& what, const Array<double>& got, const Array<double>& expected,
             Where where = Where::all);

// The lines, in files of tests/golden_cases/ by family.
void elementwise_goldens(std::vector<Golden>& rows);
void linear_algebra_goldens(std::vector<Golden>& rows);
void function_goldens(std::vector<Golden>& rows);
void loss_goldens(std::vector<Golden>& rows);
void network_goldens(std::vector<Golden>& rows);
void indexing_goldens(std::vector<Golden>& rows);
void more_reduction_goldens(std::vector<Golden>& rows);
void product_goldens(std::vector<Golden>& rows);
void reduction_goldens(std::vector<Golden>& rows);
void sequence_loss_goldens(std::vector<Golden>& rows);
void shape_goldens(std::vector<Golden>& rows);
void simple_loss_goldens(std::vector<Golden>& rows);

}  // namespace engram::testing
