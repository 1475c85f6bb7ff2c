// What the operations on batches of square matrices share: their shapes, and the loop over systems.
#pragma once

#include <algorithm>

#include "engram/ops/linear_algebra/product_kernels.hpp"

namespace engram::kernels {

/// Throws `Error` unless the matrices of x, called `name`, are square.
inline void check_square(const char* name, const Shape& x) {
  if (x.rank() < 2 || x.extent(-1) != x.extent(-2)) {
    fail(name, " ", x, " is not square; need [..., n, n]");
  }
}

/// The shape of the solution of a y = b, whose leading axes broadcast. Throws `Error` when a and b
/// do not fit.
inline Shape solution_shape(const Shape& a, const Shape& b) {
  check_square("a", a);
  if (b.rank() < 2 || b.extent(-2) != a.extent(-1)) {
    fail("a ", a, " and b ", b, "; need b [..., ", a.extent(-1),
         ", k]: reshape a single right side to a column");
  }
  const Shape lead = broadcast(leading(a), leading(b));
  return lead.inserted(lead.rank(), b.extent(-2)).inserted(lead.rank() + 1, b.extent(-1));
}

/// Copies each right side to its place in y, and calls `solve(number of the matrix in a, place)`.
template <class T, class Solve>
void each_system(const Array<T>& a, const Array<T>& b, Array<T>& y, const Solve& solve) {
  const Shape lead = leading(y.shape());
  const Index size = y.extent(-2) * y.extent(-1);
  const Nest<3> nest(lead, {broadcast_strides(leading(a.shape()), lead),
                            broadcast_strides(leading(b.shape()), lead), lead.strides()});
  const auto& step = nest.step();
  T* to = y.edit();
  nest.each([&](const std::array<Index, 3>& at) {
    for (Index i = 0; i < nest.run_length(); ++i) {
      T* x = to + (at[2] + i * step[2]) * size;
      std::copy_n(b.data() + (at[1] + i * step[1]) * size, size, x);
      solve(at[0] + i * step[0], x);
    }
  });
}

}  // namespace engram::kernels
