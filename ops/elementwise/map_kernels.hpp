// SIMD loops over broadcast operands.
#pragma once

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "engram/core/array.hpp"
#include "engram/core/loops/nest.hpp"
#include "engram/core/loops/simd.hpp"
#include "engram/core/loops/sums.hpp"

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

/// Two factors of a term of a sum: they are multiplied in double, where the product of two floats
/// is exact and neither overflows nor vanishes.
template <class B>
struct Product {
  B a, b;
};

/// u v, and 0 where either is 0, whatever the other.
template <class B>
Product<B> strong_product(const B& u, const B& v) {
  return {select(v == B(0), v, u), select(u == B(0), u, v)};
}

/// The first `count` products.
template <class T>
void multiply(const Product<Batch<T>>& of, double* to, Index count) {
  std::array<T, Batch<T>::size> a, b;
  of.a.store_unaligned(a.data());
  of.b.store_unaligned(b.data());
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    to[k] = static_cast<double>(a[k]) * static_cast<double>(b[k]);
  }
}

/// What a sum is made of, whatever function computes its terms: so the loops are compiled once.
/// V is T, or double for products.
template <class V, std::size_t N>
struct Terms {
  using At = std::array<Index, N>;
  const void* of;
  /// The terms of `count` elements from `begin` on of the run that begins at the offsets `at`.
  void (*compute)(const void* of, const At& at, const At& step, Index begin, Index count, V* to);
  void (*put)(const void* of, Index at, Index step, const double* sums, Index n);
};

template <class T, class V, std::size_t N>
[[gnu::noinline]] void sum_terms(const SumNest<N>& nest, const Terms<V, N>& terms) {
  using At = std::array<Index, N>;
  constexpr Index kPiece = 256;
  std::array<V, kPiece> values;
  nest.template each<T>(
      [&](const At& at, const At& step, Index begin, Index n, const auto& take) {
        for (Index i = 0; i < n; i += kPiece) {
          const Index count = (std::min)(kPiece, n - i);
          terms.compute(terms.of, at, step, begin + i, count, values.data());
          take(i, values.data(), count);
        }
      },
      [&](Index at, Index step, const double* sums, Index n) {
        terms.put(terms.of, at, step, sums, n);
      });
}

/// put(offset, sum) for f(x...) summed to `shape` (core/loops/sums.hpp), whose elements lie
/// `strides` apart. `over` is the shape the Xs broadcast to; f gives terms or a `Product`.
template <class F, class Put, class X, class... More>
void sum_to(const F& f, const Shape& over, const Shape& shape, const Strides& strides,
            const Put& put, const X& first, const More&... more) {
  using T = typename X::value_type;
  constexpr std::size_t N = 1 + sizeof...(More);
  using At = std::array<Index, N>;
  using Term = decltype(f(Batch<typename X::value_type>(*first.data()),
                          Batch<typename More::value_type>(*more.data())...));
  using V = std::conditional_t<std::is_same_v<Term, Batch<T>>, T, double>;
  struct Of {
    const F& f;
    const Put& put;
    std::array<const T*, N> from;
  };
  const Of of{f, put, {first.data(), more.data()...}};
  const Terms<V, N> terms{
      &of,
      [](const void* self, const At& at, const At& step, Index begin, Index count, V* to) {
        const Of& my = *static_cast<const Of*>(self);
        [&]<std::size_t... K>(std::index_sequence<K...>) {
          const std::tuple operands{Operand<T>(my.from[K] + at[K] + begin * step[K], step[K])...};
          for (Index i = 0; i < count; i += kLanes<T>) {
            const Index lanes = (std::min)(kLanes<T>, count - i);
            const Term term = my.f(std::get<K>(operands).load(i, lanes)...);
            if constexpr (std::is_same_v<Term, Batch<T>>) {
              store<T>(term, to + i, lanes);
            } else {
              multiply<T>(term, to + i, lanes);
            }
          }
        }
        (std::make_index_sequence<N>());
      },
      [](const void* self, Index at, Index step, const double* sums, Index n) {
        const Put& my = static_cast<const Of*>(self)->put;
        for (Index k = 0; k < n; ++k) my(at + k * step, sums[k]);
      }};
  const SumNest<N> nest(over,
                        {broadcast_strides(first.shape(), first.strides(), over),
                         broadcast_strides(more.shape(), more.strides(), over)...},
                        shape, strides);
  sum_terms<T>(nest, terms);
}
/// The same for a dense target.
template <class F, class Put, class X, class... More>
void sum_to(const F& f, const Shape& over, const Shape& shape, const Put& put, const X& first,
            const More&... more) {
  sum_to(f, over, shape, shape.strides(), put, first, more...);
}

/// target += f(x...) summed to the shape of the target (core/loops/sums.hpp); with beta 0 the
/// target has no value yet. `over` is the shape the Xs broadcast to, `strides` how far the target's
/// elements lie apart.
template <class T, class F, class... X>
void map_add(const F& f, const Shape& over, const Shape& shape, const Strides& strides, T* target,
             T beta, const X&... x) {
  constexpr std::size_t N = sizeof...(X);
  if (over.size() == 1) {
    const T value = map_one<T>(f, x...);
    *target = beta == 0 ? value : *target + value;
    return;
  }
  if (shape.size() != over.size()) {
    return sum_to(
        f, over, shape, strides,
        [&](Index to, double sum) {
          const double before = beta == 0 ? 0 : static_cast<double>(target[to]);
          target[to] = static_cast<T>(before + sum);
        },
        x...);
  }
  const Nest<N + 1> nest(over, {broadcast_strides(x.shape(), x.strides(), over)...,
                                broadcast_strides(shape, strides, over)});
  const std::array<const T*, N> from{x.data()...};
  const Index n = nest.run_length();
  nest.each([&](const std::array<Index, N + 1>& at) {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      const std::tuple operands{Operand<T>(from[K] + at[K], nest.step()[K])...};
      T* to = target + at[N];
      for (Index i = 0; i < n; i += kLanes<T>) {
        const Index count = (std::min)(kLanes<T>, n - i);
        Batch<T> value = f(std::get<K>(operands).load(i, count)...);
        if (beta != 0) value += Operand<T>(to, 1).load(i, count);
        store<T>(value, to + i, count);
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
