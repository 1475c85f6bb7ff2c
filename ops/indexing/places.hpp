// Which elements the indices of `gather` and of the scatters stand for.
#pragma once

#include <limits>
#include <utility>

#include "engram/core/loops/nest.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/shapes/slice.hpp"

namespace engram::kernels {

/// The row-major numbers in an x of that shape that the indices along `axis` stand for.
inline Indices numbers(const Shape& x, int axis, const Indices& index) {
  axis = x.axis(axis);
  if (index.rank() != x.rank()) {
    fail("index ", index.shape(), " and x ", x, "; they must have equally many axes");
  }
  for (int k = 0; k < x.rank(); ++k) {
    if (k != axis && index.shape()[k] > x[k]) {
      fail("index ", index.shape(), " is longer than x ", x, " along axis ", k);
    }
  }
  for (Index i = 0; i < index.size(); ++i) {
    if (index[i] < 0 || index[i] >= x[axis]) {
      fail("index ", index[i], " at position ", i, " is outside axis ", axis, " of x ", x,
           "; need 0 <= index < ", x[axis]);
    }
  }
  if (x.size() > (std::numeric_limits<std::int32_t>::max)()) {
    fail("x ", x, " has more than 2147483647 elements to number");
  }
  Strides base = x.strides();
  const Index along = std::exchange(base[static_cast<std::size_t>(axis)], 0);
  Indices out = Indices::uninitialized(index.shape());
  std::int32_t* to = out.edit();
  const Nest<2> nest(index.shape(), {base, index.shape().strides()});
  const Index n = nest.run_length();
  const auto [step, one] = nest.step();
  nest.each([&](const std::array<Index, 2>& at) {
    for (Index i = 0; i < n; ++i) {
      const Index j = at[1] + i * one;
      to[j] = static_cast<std::int32_t>(at[0] + i * step + index[j] * along);
    }
  });
  return out;
}

/// The elements of `source` that indices of shape `index` go with: no axis is longer than theirs.
template <class T>
Var<T> indexed_part(const Var<T>& source, const Shape& index) {
  if (source.rank() != index.rank()) {
    fail("index ", index, " and source ", source.shape(), "; they must have equally many axes");
  }
  Var<T> out = source;
  for (int k = 0; k < index.rank(); ++k) {
    const Index wanted = index[k], given = source.extent(k);
    if (wanted > given) {
      fail("index ", index, " is longer than source ", source.shape(), " along axis ", k);
    }
    if (wanted < given) out = slice(out, k, 0, wanted);
  }
  return out;
}

}  // namespace engram::kernels
