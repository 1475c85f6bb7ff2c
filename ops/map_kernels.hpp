// SIMD loops over broadcast operands.
#pragma once

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "engram/core/array.hpp"
#include "engram/core/nest.hpp"
#include "engram/core/simd.hpp"

namespace engram::kernels {

template <class T>
using Batch = xsimd::batch<T>;
template <class T>
inline constexpr Index kLanes = static_cast<Index>(Batch<T>::size);

/// One operand of an inner run: its elements lie side by side, or are all the same one.
template <class T>
class Operand {
 public:
  Operand(const T* data, Index step) : data_(data), step_(step) {
    if (step == 0) std::fill_n(same_.begin(), kLanes<T>, *data);
  }
  /// `count` elements from `i` on; lanes past them repeat the last, so that no lane computes
  /// something the data does not hold.
  [[gnu::always_inline]] Batch<T> load(Index i, Index count) const {
    if (step_ != 0 && count < kLanes<T>) return load_some(data_ + i, count);
    return Batch<T>::load_unaligned(step_ == 0 ? same_.data() : data_ + i);
  }

 private:
  [[gnu::noinline]] static Batch<T> load_some(const T* from, Index count) {
    std::array<T, Batch<T>::size> lanes;
    for (Index k = 0; k < kLanes<T>; ++k) {
      lanes[static_cast<std::size_t>(k)] = from[(std::min)(k, count - 1)];
    }
    return Batch<T>::load_unaligned(lanes.data());
  }

  const T* data_;
  Index step_;
  std::array<T, Batch<T>::size> same_;
};

/// Stores the first `count` lanes.
template <class T>
[[gnu::always_inline]] inline void store(const Batch<T>& batch, T* to, Index count) {
  if (count == kLanes<T>) {
    batch.store_unaligned(to);
  } else {
    std::array<T, Batch<T>::size> lanes;
    batch.store_unaligned(lanes.data());
    std::copy_n(lanes.begin(), count, to);
  }
}

/// f of single elements, computed as in the lanes of a batch.
template <class T, class F, class... X>
T map_one(const F& f, const X&... x) {
  return f(Batch<T>(*x.data())...).get(0);
}

/// y = f(x...), where the Xs broadcast to the shape of y.
template <class T, class F, class... X>
void map(const F& f, Array<T>& y, const X&... x) {
  constexpr std::size_t N = sizeof...(X);
  if (y.size() == 1) {
    *y.edit() = map_one<T>(f, x...);
    return;
  }
  const Nest<N + 1> nest(
      y.shape(), {broadcast_strides(x.shape(), x.strides(), y.shape())..., y.shape().strides()});
  const std::array<const T*, N> from{x.data()...};
  T* to = y.edit();
  const Index n = nest.run_length();
  nest.each([&](const std::array<Index, N + 1>& at) {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      const std::tuple operands{Operand<T>(from[K] + at[K], nest.step()[K])...};
      for (Index i = 0; i < n; i += kLanes<T>) {
        const Index count = (std::min)(kLanes<T>, n - i);
        store<T>(f(std::get<K>(operands).load(i, count)...), to + at[N] + i, count);
      }
    }
    (std::make_index_sequence<N>());
  });
}

/// target = 0, where its elements lie `strides` apart.
template <class T>
void clear(const Shape& shape, const Strides& strides, T* target) {
  const Nest<1> nest(shape, {strides});
  const Index n = nest.run_length(), step = nest.step()[0];
  nest.each([&](const std::array<Index, 1>& at) {
    for (Index i = 0; i < n; ++i) target[at[0] + i * step] = 0;
  });
}

/// target += f(x...) summed to the shape of the target; with beta 0 the target has no value yet.
/// `over` is the shape the Xs broadcast to, `strides` how far the target's elements lie apart.
template <class T, class F, class... X>
void map_add(const F& f, const Shape& over, const Shape& shape, const Strides& strides, T* target,
             T beta, const X&... x) {
  constexpr std::size_t N = sizeof...(X);
  if (over.size() == 1) {
    const T value = map_one<T>(f, x...);
    *target = beta == 0 ? value : *target + value;
    return;
  }
  const bool reduced = shape.size() != over.size();
  if (reduced && beta == 0) {
    clear(shape, strides, target);
    beta = 1;
  }
  const Nest<N + 1> nest(over, {broadcast_strides(x.shape(), x.strides(), over)...,
                                broadcast_strides(shape, strides, over)});
  const std::array<const T*, N> from{x.data()...};
  const Index n = nest.run_length();
  const bool summed = reduced && nest.step()[N] == 0;
  nest.each([&](const std::array<Index, N + 1>& at) {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      const std::tuple operands{Operand<T>(from[K] + at[K], nest.step()[K])...};
      T* to = target + at[N];
      std::array<T, Batch<T>::size> lanes{};
      Batch<T> sum(T{0});
      for (Index i = 0; i < n; i += kLanes<T>) {
        const Index count = (std::min)(kLanes<T>, n - i);
        Batch<T> value = f(std::get<K>(operands).load(i, count)...);
        if (!summed) {
          if (beta != 0) value += Operand<T>(to, 1).load(i, count);
          store<T>(value, to + i, count);
        } else if (count == kLanes<T>) {
          sum += value;
        } else {
          value.store_unaligned(lanes.data());
          for (Index k = 0; k < count; ++k) *to += lanes[static_cast<std::size_t>(k)];
        }
      }
      if (summed) {
        sum.store_unaligned(lanes.data());
        for (const T lane : lanes) *to += lane;
      }
    }
    (std::make_index_sequence<N>());
  });
}

/// The same for a dense target.
template <class T, class F, class... X>
void map_add(const F& f, const Shape& over, const Shape& shape, T* target, T beta, const X&... x) {
  map_add(f, over, shape, shape.strides(), target, beta, x...);
}

}  // namespace engram::kernels
