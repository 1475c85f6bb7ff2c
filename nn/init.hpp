// init: values that parameters begin with.
#pragma once

#include <cmath>

#include "engram/core/param.hpp"
#include "engram/core/random.hpp"

namespace engram::nn {

/// Uniform in ±1/√n, with n inputs to each output (Y. LeCun et al., 1998, "Efficient BackProp");
/// zeros where there are no inputs. Throws `Error` for a negative n.
template <class T>
Param<T> uniform_parameter(const Shape& shape, Index n, Random& random) {
  if (n < 0) fail("a parameter ", shape, " of ", n, " inputs to each output; need 0 or more");
  if (n == 0) return Param<T>(Array<T>(shape));
  const T bound = static_cast<T>(1 / std::sqrt(static_cast<double>(n)));
  return Param<T>(random.uniform<T>(shape, -bound, bound));
}

}  // namespace engram::nn
