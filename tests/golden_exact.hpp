// Values in exact arithmetic, of tests/golden/exact.py, and the rows of ops that they are of.
#pragma once

#include <vector>

#include "engram/core/safetensors.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

/// tests/golden/exact.safetensors; the head of exact.py says what is in it.
const files::Tensors& exact_values();

/// The rows that it has values for.
std::vector<OpCase> exact_rows();

}  // namespace engram::testing
