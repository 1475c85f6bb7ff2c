// require: how options are refused.
#pragma once

#include <cmath>
#include <limits>
#include <string_view>

#include "engram/core/error.hpp"

namespace engram::optim {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Products of two numbers up to this are in the range of float or double, and squares of numbers
/// down to its reciprocal too.
template <class T>
inline constexpr T kReach = static_cast<T>(sizeof(T) == sizeof(float) ? 0x1p63 : 0x1p511);

/// Whether an option stays within `kReach` in the precision that a rule computes in. NaN does not.
template <class T>
bool fits(double value) {
  return std::abs(value) <= static_cast<double>(kReach<T>);
}

/// Throws `Error` unless `holds`, as in "adam: beta1 is 1.2; need 0 <= beta1 < 1". Write the
/// condition so that NaN fails it.
inline void require(bool holds, std::string_view who, std::string_view option, double value,
                    std::string_view need) {
  if (!holds) fail(who, ": ", option, " is ", value, "; need ", need);
}

}  // namespace engram::optim
