// init: values that parameters begin with.
#pragma once

#include <cmath>

#include "engram/core/param.hpp"
#include "engram/core/random.hpp"

namespace engram::nn {

/// Uniform in ±1/√n, with n inputs to each output (Y. LeCun et al., 1998, "Efficient BackProp").
template <class T>
Param<T> uniform_parameter(const Shape& shape, Index n, Random& random) {
  const T bound = static_cast<T>(1 / std::sqrt(static_cast<double>(n)));
  return Param<T>(random.uniform<T>(shape, -bound, bound));
}

}  // namespace engram::nn
