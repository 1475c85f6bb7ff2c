// Reductions of arrays over axes, for the ops that are made of them.
#pragma once

#include <cmath>
#include <limits>
#include <numeric>

#include "engram/core/linear.hpp"
#include "engram/ops/elementwise_kernels.hpp"

namespace engram::kernels {

/// Σ x over the axes where `kept` has extent 1.
template <class T>
Array<T> reduce_sum(const Array<T>& x, const Shape& kept) {
  Array<T> y = Array<T>::uninitialized(kept, x.pool());
  add_reduced(x, kept, y.edit(), T{0});
  return y;
}

/// max x over the axes where `kept` has extent 1; NaN wins, and the maximum of nothing is -inf.
template <class T>
Array<T> reduce_max(const Array<T>& x, const Shape& kept) {
  Array<T> y = Array<T>::uninitialized(kept, x.pool());
  T* to = y.edit();
  std::fill_n(to, y.size(), -std::numeric_limits<T>::infinity());
  const Nest<2> nest(x.shape(), {x.shape().strides(), broadcast_strides(kept, x.shape())});
  const Index n = nest.run_length(), step = nest.step()[1];
  nest.each([&](const std::array<Index, 2>& at) {
    const T* from = x.data() + at[0];
    for (Index i = 0; i < n; ++i) {
      T& largest = to[at[1] + i * step];
      if (from[i] > largest || std::isnan(from[i])) largest = from[i];
    }
  });
  return y;
}

/// ln Σ exp of n numbers that lie together: the maximum first, and again while they are in the
/// cache.
template <class T>
T logsumexp_of_row(const T* x, Index n) {
  constexpr Index kStep = kLanes<T>;
  const Operand<T> row(x, 1);
  Batch<T> largest(-std::numeric_limits<T>::infinity());
  for (Index i = 0; i < n; i += kStep) {
    largest = (xsimd::max)(largest, row.load(i, (std::min)(kStep, n - i)));
  }
  std::array<T, Batch<T>::size> lanes;
  largest.store_unaligned(lanes.data());
  T m = *std::max_element(lanes.begin(), lanes.end());
  if (!std::isfinite(m)) m = 0;  // inf - inf is no number; exp(±inf) is right as it is
  const Batch<T> shift(m);
  Batch<T> sum(T{0});
  Index i = 0;
  for (; i + kStep <= n; i += kStep) sum += exp(row.load(i, kStep) - shift);
  sum.store_unaligned(lanes.data());
  T total = std::accumulate(lanes.begin(), lanes.end(), T{0});
  if (i < n) {
    exp(row.load(i, n - i) - shift).store_unaligned(lanes.data());
    for (Index k = 0; k < n - i; ++k) total += lanes[static_cast<std::size_t>(k)];
  }
  return std::log(total) + m;
}

/// y = beta y + scale exp(x - shift), for n numbers that lie together.
template <class T>
void scaled_exp_of_row(const T* x, Index n, T shift, T scale, T beta, T* y) {
  const Operand<T> row(x, 1), before(y, 1);
  const Batch<T> shifts(shift), scales(scale);
  for (Index i = 0; i < n; i += kLanes<T>) {
    const Index count = (std::min)(kLanes<T>, n - i);
    Batch<T> value = scales * exp(row.load(i, count) - shifts);
    if (beta != 0) value += before.load(i, count);
    store<T>(value, y + i, count);
  }
}

/// Σ a b of n numbers each, in double; in lanes, so that the loop vectorises.
template <class T>
double dot_of_rows(const T* a, const T* b, Index n) {
  std::array<double, 16> lanes{};
  const auto step = static_cast<Index>(lanes.size());
  Index i = 0;
  for (; i + step <= n; i += step) {
    for (Index k = 0; k < step; ++k) {
      lanes[static_cast<std::size_t>(k)] +=
          static_cast<double>(a[i + k]) * static_cast<double>(b[i + k]);
    }
  }
  for (; i < n; ++i) lanes[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

/// y += scale x, for n numbers that lie together.
template <class T>
void add_row(T scale, const T* x, Index n, T* y) {
  for (Index i = 0; i < n; ++i) y[i] += scale * x[i];
}

/// ln Σ exp x over the axes where `kept` has extent 1.
template <class T>
Array<T> reduce_logsumexp(const Array<T>& x, const Shape& kept) {
  const Index n = x.rank() > 0 ? x.extent(-1) : 0;
  if (n > 1 && kept == x.shape().with(-1, 1)) {
    Array<T> y = Array<T>::uninitialized(kept, x.pool());
    T* to = y.edit();
    for (Index i = 0; i < y.size(); ++i) to[i] = logsumexp_of_row(x.data() + i * n, n);
    return y;
  }
  Array<T> m = reduce_max(x, kept);
  T* shift = m.edit();
  for (Index i = 0; i < m.size(); ++i) {
    if (std::isinf(shift[i])) shift[i] = 0;  // inf - inf is no number; exp(±inf) is right as it is
  }
  Array<T> s = Array<T>::uninitialized(kept, x.pool());
  map_add([](auto v, auto u) { return exp(v - u); }, x.shape(), kept, s.edit(), T{0}, x, m);
  Array<T> y = Array<T>::uninitialized(kept, x.pool());
  map([](auto total, auto u) { return log(total) + u; }, y, s, m);
  return y;
}

}  // namespace engram::kernels
