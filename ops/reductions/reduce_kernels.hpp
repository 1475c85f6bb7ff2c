// Reductions of arrays over axes, for the ops that are made of them.
#pragma once

#include <cmath>
#include <limits>
#include <numeric>

#include "engram/core/loops/broadcast.hpp"
#include "engram/ops/elementwise/elementwise_kernels.hpp"

namespace engram::kernels {

/// Σ x over the axes where `kept` has extent 1.
template <class T>
Array<T> reduce_sum(const Array<T>& x, const Shape& kept) {
  Array<T> y = Array<T>::uninitialized(kept, x.pool());
  add_reduced(x, kept, y.edit(), T{0});
  return y;
}

/// max f(x) over the axes where `kept` has extent 1; NaN wins, and the maximum of nothing is -inf.
template <class T, class F>
Array<T> reduce_max(const Array<T>& x, const Shape& kept, const F& f) {
  Array<T> y = Array<T>::uninitialized(kept, x.pool());
  T* to = y.edit();
  std::fill_n(to, y.size(), -std::numeric_limits<T>::infinity());
  const Nest<2> nest(x.shape(), {x.shape().strides(), broadcast_strides(kept, x.shape())});
  const Index n = nest.run_length(), step = nest.step()[1];
  nest.each([&](const std::array<Index, 2>& at) {
    const T* from = x.data() + at[0];
    for (Index i = 0; i < n; ++i) {
      T& largest = to[at[1] + i * step];
      const T value = f(from[i]);
      if (value > largest || std::isnan(value)) largest = value;
    }
  });
  return y;
}
template <class T>
Array<T> reduce_max(const Array<T>& x, const Shape& kept) {
  return reduce_max(x, kept, [](T v) { return v; });
}

/// √(Σ x² / n + ε) over the axes where `kept` has extent 1. Squares neither overflow nor vanish on
/// the way: of floats in double, of doubles scaled by a power of two. epsilon is 0 or above.
template <class T>
Array<T> root_mean_square(const Array<T>& x, const Shape& kept, double n, double epsilon) {
  Array<T> y = Array<T>::uninitialized(kept, x.pool());
  T* to = y.edit();
  if constexpr (std::is_same_v<T, float>) {
    sum_to(
        [](auto v) {
          return Product<decltype(v)>{v, v};
        },
        x.shape(), kept,
        [=](Index at, double sum) { to[at] = static_cast<T>(std::sqrt(sum / n + epsilon)); }, x);
  } else {
    Array<T> scales = reduce_max(x, kept, [](T v) { return std::abs(v); });
    for (Index i = 0; i < scales.size(); ++i) {
      T& s = scales.edit()[i];
      s = s > 0 && std::isfinite(s) ? std::ldexp(T{1}, (std::min)(-std::ilogb(s), 1000)) : T{1};
      if (epsilon > 0) s = (std::min)(s, T{1});  // what is small vanishes beside epsilon
    }
    sum_to(
        [](auto v, auto s) {
          return Product<decltype(v)>{v * s, v * s};
        },
        x.shape(), kept,
        [=, s = scales.data()](Index at, double sum) {
          to[at] = std::sqrt(sum / n + epsilon * s[at] * s[at]) / s[at];
        },
        x, scales);
  }
  return y;
}

/// The mean over the axes where `kept` has extent 1, of n values each: before it is rounded.
template <class T>
Array<T> reduce_mean(const Array<T>& x, const Shape& kept, double n) {
  Array<T> y = Array<T>::uninitialized(kept, x.pool());
  T* to = y.edit();
  sum_to([](auto v) { return v; }, x.shape(), kept,
         [=](Index at, double sum) { to[at] = static_cast<T>(sum / n); }, x);
  return y;
}

/// Σ w (x - shift) of n numbers each, in double. What has the weight 0 counts nothing, be it
/// infinite.
template <class T>
double weighted_sum_of_row(const T* w, const T* x, T shift, Index n) {
  Totals<double, 8> totals;
  std::array<double, 8> terms;
  for (Index i = 0; i < n; i += 8) {
    const Index count = (std::min<Index>)(8, n - i);
    for (Index k = 0; k < count; ++k) {
      const auto weight = static_cast<double>(w[i + k]);
      const double from_shift = static_cast<double>(x[i + k]) - static_cast<double>(shift);
      terms[static_cast<std::size_t>(k)] = weight == 0 ? 0 : weight * from_shift;
    }
    totals.spread(terms.data(), count);
  }
  return totals.sum();
}

/// y += scale x, for n numbers that lie together.
template <class T>
void add_row(T scale, const T* x, Index n, T* y) {
  for (Index i = 0; i < n; ++i) y[i] += scale * x[i];
}

}  // namespace engram::kernels
