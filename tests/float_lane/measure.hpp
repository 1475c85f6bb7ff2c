// How far a row's float results are from those in double, in units of what float can do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engram/tests/float_lane/units.hpp"
#include "engram/tests/op_cases.hpp"

namespace engram::testing {

struct Bound {
  Of of = Of::inputs;
  double ulps = 0;
};
/// What an op promises of its results in float, and of its derivatives.
struct Accuracy {
  Bound value, slope;
  double per_step = 0;  ///< what a rule that is a recursion in float loses at each step, in ulp

  /// How much derivatives by the rule may be off, of a first input of this shape.
  double by_rule(const Shape& x) const;
};

/// What the field `Accuracy:` says of the op of a row, in the header that the row names; nothing
/// for rows that are made of several ops.
std::optional<Accuracy> accuracy_of(const OpCase& row);
/// A field's text as numbers. Throws `Error` for one that is not understood.
Accuracy parsed_accuracy(const std::string& text);

struct Measured {
  Worst value, slope, by_rule;  ///< the derivatives by kernel, and all others
  Index compared = 0;
};

/// Values, gradients (by kernel, by the rule, recorded) and tangents (in numbers, recorded) of a
/// row in float beside double. The inputs are numbers that float holds. Nothing is compared when
/// the op refuses the inputs in double. How results change when the inputs move, which is what most
/// units are made of, is looked at only as long as a promise is not seen to be kept.
Measured measure(const OpCase& row, const Arrays& inputs, const Accuracy& promised);

}  // namespace engram::testing
