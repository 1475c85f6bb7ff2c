// What matrix products over leading axes have in common: their shapes, and which matrix meets
// which.
#pragma once

#include <array>

#include "engram/core/array.hpp"
#include "engram/core/loops/nest.hpp"
#include "engram/core/product/gemm.hpp"

namespace engram::kernels {

constexpr Transpose flag(bool transposed) { return transposed ? Transpose::yes : Transpose::no; }

inline Index rows(const Shape& x) { return x[x.rank() - 2]; }
inline Index columns(const Shape& x) { return x[x.rank() - 1]; }
/// The axes before the matrices.
inline Shape leading(const Shape& x) { return x.axes(0, x.rank() - 2); }

/// op(a) [..., m, k] times op(b) [..., k, n], the leading axes broadcast.
struct Products {
  bool ta, tb;

  /// That of the result. Throws `Error` when the sizes do not fit.
  Shape shape(const Shape& a, const Shape& b) const {
    if (a.rank() < 2 || b.rank() < 2) {
      fail("a ", a, " . b ", b,
           "; both need at least two axes: reshape a vector to a row or column");
    }
    const Index m = ta ? columns(a) : rows(a), k = ta ? rows(a) : columns(a);
    const Index l = tb ? columns(b) : rows(b), n = tb ? rows(b) : columns(b);
    if (k != l) {
      fail("inner sizes differ: a ", a, ta ? "ᵀ" : "", " . b ", b, tb ? "ᵀ" : "",
           "; need a.cols == b.rows", ta || tb ? " after transposing" : "", ", here ", k, " and ",
           l);
    }
    const Shape lead = broadcast(leading(a), leading(b));
    return lead.inserted(lead.rank(), m).inserted(lead.rank() + 1, n);
  }

  struct Sizes {
    Index m, n, k;
  };

  /// Calls `product(matrix of a, matrix of b, number of the matrix of y, sizes)` for each of y.
  template <class T, class Product>
  void each(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Product& product) const {
    const Shape lead = leading(y.shape());
    const Sizes s{rows(y.shape()), columns(y.shape()), ta ? rows(a.shape()) : columns(a.shape())};
    const Nest<3> nest(lead, {broadcast_strides(leading(a.shape()), lead),
                              broadcast_strides(leading(b.shape()), lead), lead.strides()});
    const Index n = nest.run_length();
    const auto& step = nest.step();
    nest.each([&](const std::array<Index, 3>& at) {
      for (Index i = 0; i < n; ++i) {
        product(a.data() + (at[0] + i * step[0]) * s.m * s.k,
                b.data() + (at[1] + i * step[1]) * s.k * s.n, at[2] + i * step[2], s);
      }
    });
  }

  /// y = beta y + op(a) op(b), matrix by matrix.
  template <class T>
  void add(const Array<T>& a, const Array<T>& b, T beta, Array<T>& y) const {
    T* to = y.edit();
    each(a, b, y, [&](const T* pa, const T* pb, Index at, const Sizes& s) {
      gemm(flag(ta), flag(tb), s.m, s.n, s.k, pa, pb, beta, to + at * s.m * s.n);
    });
  }
};

}  // namespace engram::kernels
