// require: how options are refused.
#pragma once

#include <limits>
#include <string_view>

#include "engram/core/error.hpp"

namespace engram::optim {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Throws `Error` unless `holds`, as in "adam: beta1 is 1.2; need 0 <= beta1 < 1". Write the
/// condition so that NaN fails it.
inline void require(bool holds, std::string_view who, std::string_view option, double value,
                    std::string_view need) {
  if (!holds) fail(who, ": ", option, " is ", value, "; need ", need);
}

}  // namespace engram::optim
