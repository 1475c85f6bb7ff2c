#include "engram/ops/linear_algebra/strong_matmul.hpp"

#include <algorithm>
#include <cmath>

#include "engram/core/record.hpp"
#include "engram/ops/linear_algebra/product_kernels.hpp"

namespace engram {
namespace {

using kernels::Products;

template <class T>
bool are_finite(const Array<T>& x) {
  return std::all_of(x.begin(), x.end(), [](T v) { return std::isfinite(v); });
}

// x with 0 for what is not finite.
template <class T>
Array<T> finite(const Array<T>& x) {
  Array<T> out = Array<T>::uninitialized(x.shape(), x.pool());
  std::transform(x.begin(), x.end(), out.edit(), [](T v) { return std::isfinite(v) ? v : T{0}; });
  return out;
}

struct StrongMatMul : Products {
  static constexpr auto name = "strong_matmul";
  static constexpr std::uint8_t needs = needs_input(0) | needs_input(1);
  Strong strong;

  StrongMatMul(Transposed of, Strong zeros) : Products{of.a, of.b}, strong(zeros) {}

  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, Array<T>& y) const {
    add(a, b, T{0}, y);
    if ((!strong.a && !strong.b) || are_finite(y)) return;
    // Everything that is finite in the order it always has, and then what is not.
    add(finite(a), finite(b), T{0}, y);
    each(a, b, y, [&, to = y.edit()](const T* pa, const T* pb, Index at, const Sizes& s) {
      add_terms_that_are_not_finite(pa, pb, s, to + at * s.m * s.n);
    });
  }

  template <class T>
  void derivative(Var<T> a, Var<T> b, Var<T>, Var<T> dy, Into<Var<T>> da, Into<Var<T>> db) const {
    if (da) {
      da += ta ? strong_matmul(b, dy, {tb, true}, {strong.b, true})
               : strong_matmul(dy, b, {false, !tb}, {true, strong.b});
    }
    if (db) {
      db += tb ? strong_matmul(dy, a, {true, ta}, {true, strong.a})
               : strong_matmul(a, dy, {!ta, false}, {strong.a, true});
    }
  }

 private:
  template <class T>
  void add_terms_that_are_not_finite(const T* pa, const T* pb, const Sizes& s, T* y) const {
    const auto in_a = [&](Index i, Index k) { return pa[ta ? k * s.m + i : i * s.k + k]; };
    const auto in_b = [&](Index k, Index j) { return pb[tb ? j * s.k + k : k * s.n + j]; };
    const auto add_term = [&](Index i, Index k, Index j) {
      const T u = in_a(i, k), v = in_b(k, j);
      if ((strong.a && u == 0) || (strong.b && v == 0)) return;
      y[i * s.n + j] += u * v;
    };
    for (Index k = 0; k < s.k; ++k) {
      for (Index j = 0; j < s.n; ++j) {
        if (std::isfinite(in_b(k, j))) continue;
        for (Index i = 0; i < s.m; ++i) add_term(i, k, j);
      }
      for (Index i = 0; i < s.m; ++i) {
        if (std::isfinite(in_a(i, k))) continue;
        for (Index j = 0; j < s.n; ++j) {
          if (std::isfinite(in_b(k, j))) add_term(i, k, j);
        }
      }
    }
  }
};

}  // namespace

template <class T>
Var<T> strong_matmul(const Var<T>& a, const Var<T>& b, Transposed transposed, Strong strong,
                     Site site) {
  return record(StrongMatMul(transposed, strong), site, a, b);
}

template Var<float> strong_matmul(const Var<float>&, const Var<float>&, Transposed, Strong, Site);
template Var<double> strong_matmul(const Var<double>&, const Var<double>&, Transposed, Strong,
                                   Site);

}  // namespace engram
