#include "engram/core/loops/broadcast.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "engram/core/loops/nest.hpp"
#include "engram/core/loops/sums.hpp"

namespace engram {

// target += source. `__restrict`: they are different arrays, so the loop vectorises.
template <class T>
void add_to(T* __restrict target, const T* __restrict source, Index n) {
  for (Index i = 0; i < n; ++i) target[i] += source[i];
}

template <class T>
void add_reduced(const Array<T>& x, const Shape& shape, T* target, T beta) {
  const T* source = x.data();
  if (x.size() == shape.size()) {
    if (beta == 0) {
      std::copy_n(source, x.size(), target);
    } else {
      add_to(target, source, x.size());
    }
    return;
  }
  const SumNest<1> nest(x.shape(), {x.shape().strides()}, shape, shape.strides());
  nest.template each<T>(
      [source](const std::array<Index, 1>& at, const std::array<Index, 1>&, Index begin,
               Index count, const auto& take) { take(0, source + at[0] + begin, count); },
      [=](Index at, Index step, const double* sums, Index n) {
        for (Index k = 0; k < n; ++k) {
          T& to = target[at + k * step];
          to = static_cast<T>(beta == 0 ? sums[k] : static_cast<double>(to) + sums[k]);
        }
      });
}

template <class T>
void sum_rows(std::span<const T* const> x, Index width, T beta, T* target) {
  constexpr Index kTile = 512;
  Totals<T, kTile> totals;
  for (Index begin = 0; begin < width; begin += kTile) {
    const Index count = std::min(kTile, width - begin);
    totals.clear(count);
    for (const T* row : x) totals.add(row + begin, 0, count);
    for (Index k = 0; k < count; ++k) {
      T& to = target[begin + k];
      to = static_cast<T>(beta == 0 ? totals[k] : static_cast<double>(to) + totals[k]);
    }
  }
}

template <class T>
void add_rows(const Indices& rows, const T* x, Index width, T* target) {
  if (std::is_sorted(rows.begin(), rows.end(), std::less_equal())) {  // no repeats
    for (Index i = 0; i < rows.size(); ++i) add_to(target + rows[i] * width, x + i * width, width);
    return;
  }
  using Row = std::pair<std::int32_t, const T*>;
  std::vector<Row, PoolAllocator<Row>> order{PoolAllocator<Row>()};
  order.reserve(static_cast<std::size_t>(rows.size()));
  for (Index i = 0; i < rows.size(); ++i) order.emplace_back(rows[i], x + i * width);
  std::sort(order.begin(), order.end());
  std::vector<const T*, PoolAllocator<const T*>> same{PoolAllocator<const T*>()};
  for (std::size_t i = 0; i < order.size(); ++i) {
    same.push_back(order[i].second);
    if (i + 1 < order.size() && order[i + 1].first == order[i].first) continue;
    sum_rows(std::span<const T* const>(same), width, T{1}, target + order[i].first * width);
    same.clear();
  }
}

template <class T>
void spread(const Array<T>& x, Array<T>& y) {
  const T* source = x.data();
  T* target = y.edit();
  const Nest<2> nest(y.shape(), {broadcast_strides(x.shape(), y.shape()), y.shape().strides()});
  const Index n = nest.run_length();
  const bool repeated = nest.step()[0] == 0;
  nest.each([&](const std::array<Index, 2>& at) {
    if (repeated) {
      std::fill_n(target + at[1], n, source[at[0]]);
    } else {
      std::copy_n(source + at[0], n, target + at[1]);
    }
  });
}

template void add_to(float*, const float*, Index);
template void add_to(double*, const double*, Index);
template void add_reduced(const Array<float>&, const Shape&, float*, float);
template void add_reduced(const Array<double>&, const Shape&, double*, double);
template void sum_rows(std::span<const float* const>, Index, float, float*);
template void add_rows(const Indices&, const float*, Index, float*);
template void spread(const Array<float>&, Array<float>&);
template void sum_rows(std::span<const double* const>, Index, double, double*);
template void add_rows(const Indices&, const double*, Index, double*);
template void spread(const Array<double>&, Array<double>&);

}  // namespace engram
