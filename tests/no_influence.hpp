// Places that are said to have no influence: one entry for each op, layer and reason.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engram/tests/op_cases.hpp"

namespace engram::testing {

/// An op with inputs some elements of which do not count.
struct NoInfluence {
  std::string function;  ///< the name of the op or of the method of a layer
  std::string reason;    ///< the parameter or option that says so: mask, lengths, ...
  OpCase call;           ///< its first shapes are those of the inputs
  /// Whether an element does not count: input, row-major number.
  std::function<bool(std::size_t, Index)> hidden;
};

/// Puts NaN, infinities and large numbers where nothing counts: no bit of a value or a derivative
/// may change, in float and in double.
void check(const NoInfluence& entry);

/// All of them.
const std::vector<NoInfluence>& places_without_influence();

inline std::ostream& operator<<(std::ostream& out, const NoInfluence& entry) {
  return out << entry.function << ", " << entry.reason;
}

}  // namespace engram::testing
