// How far a row's float results are from those in double, in units of what float can do.
#pragma once

#include <string>
#include <vector>

#include "engram/tests/op_cases.hpp"

namespace engram::testing {

/// What the unit is that an error is measured in. Each adds to those before.
enum class Unit {
  nothing,      ///< exact
  result,       ///< the last place of the result
  inputs,       ///< what moving every input by its last place would do
  differences,  ///< the same by the last place of how far each input is below the largest
  upstream,     ///< of derivatives: the last place of dy
};

/// The worst of a comparison.
struct Worst {
  double units = 0;
  std::string where;  ///< which result, which element, what was got and wanted
};
struct Measured {
  Worst value, slope;
  Index compared = 0;
};

/// Values, gradients (by kernel, by the rule, recorded) and tangents (in numbers, recorded) of a
/// row in float beside double. The inputs are numbers that float holds. Nothing is compared when
/// the op refuses the inputs in double.
Measured measure(const OpCase& row, const Arrays& inputs, Unit value, Unit slope);

}  // namespace engram::testing
