// What rows are tried on: patterns of numbers, and shapes grown large.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engram/tests/op_cases.hpp"

namespace engram::testing {

/// A way to fill the inputs of a row, with numbers that float holds.
struct Pattern {
  std::string name;
  std::function<Arrays(const OpCase&, const std::vector<Shape>&)> fill;
};
/// Equal, alternating, sorted, random; shifted, large, huge, tiny, subnormal, of all magnitudes,
/// with infinities.
const std::vector<Pattern>& patterns();
const Pattern& pattern(const std::string& name);

/// The shapes of a row's first case in which one extent has been made as large as `most` elements
/// in all inputs allow, for each extent in turn, and all of them.
std::vector<std::vector<Shape>> grown(const OpCase& row, Index most);

}  // namespace engram::testing
