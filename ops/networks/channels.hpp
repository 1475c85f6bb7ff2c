// What the normalisations of channels share: x [B, C, ...] with a gain and a bias for each channel.
#pragma once

#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram::kernels {

/// x [B, C, ...] as [B, C, positions].
inline Shape flat(const Shape& x) {
  if (x.rank() < 2) fail("x ", x, "; need [B, C, ...]");
  return {x[0], x[1], x.axes(2, x.rank()).size()};
}

/// Throws `Error` unless `values` has one number for each channel of x.
template <class T>
void check_channels(const Shape& x, const Array<T>& values, const char* name) {
  if (values.shape() != Shape{flat(x)[1]}) {
    fail(name, " ", values.shape(), " for x ", x, "; need [", x[1], "], one for each channel");
  }
}

/// gain x̂ + bias, for x̂ [B, C, positions], under the shape of x.
template <class T>
Var<T> scaled(const Var<T>& standard, const Var<T>& gain, const Var<T>& bias, const Shape& x) {
  const Shape column{x[1], 1};
  const Var<T> y = standard * reshape(gain, column);
  return reshape(y + reshape(bias, column), x);
}

/// y [B, C, ...] plus a bias b [C] for each channel.
template <class T>
Var<T> with_bias(const Var<T>& y, const Var<T>& b) {
  const Index channels = y.extent(1);
  if (b.shape() != Shape{channels}) {
    fail("b ", b.shape(), " for ", channels, " channels; need [", channels, "]");
  }
  const Shape column = y.rank() == 3 ? Shape{channels, 1} : Shape{channels, 1, 1};
  return y + reshape(b, column);
}

}  // namespace engram::kernels
