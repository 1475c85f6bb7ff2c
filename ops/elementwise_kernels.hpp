// What stands behind `elementwise`: SIMD loops over broadcast operands, and the chain rule.
#pragma once

#include <algorithm>
#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

#include "engram/core/nest.hpp"
#include "engram/core/record.hpp"
#include "engram/core/simd.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/dual.hpp"
#include "engram/ops/elementwise.hpp"

namespace engram {
namespace kernels {

template <class T>
using Batch = xsimd::batch<T>;
template <class T>
inline constexpr Index kLanes = static_cast<Index>(Batch<T>::size);

/// Whether `D` is a derivative that is 0, or 1, everywhere.
template <class D>
inline constexpr bool kZero = std::is_same_v<D, Constant<0>>;
template <class D>
inline constexpr bool kOne = std::is_same_v<D, Constant<1>>;

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
      lanes[static_cast<std::size_t>(k)] = from[std::min(k, count - 1)];
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
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      const std::tuple operands{Operand<T>(from[I] + at[I], nest.step()[I])...};
      for (Index i = 0; i < n; i += kLanes<T>) {
        const Index count = std::min(kLanes<T>, n - i);
        store<T>(f(std::get<I>(operands).load(i, count)...), to + at[N] + i, count);
      }
    }
    (std::make_index_sequence<N>());
  });
}

/// target += f(x...) summed to the shape of the target; with beta 0 the target has no value yet.
/// `over` is the shape the Xs broadcast to, `strides` how far the target's elements lie apart.
template <class T, class F, class... X>
void map_add(const F& f, const Shape& over, const Shape& shape, const Strides& strides, T* target,
             T beta, const X&... x) {
  constexpr std::size_t N = sizeof...(X);
  if (over.size() == 1) {
    *target = beta == 0 ? map_one<T>(f, x...) : *target + map_one<T>(f, x...);
    return;
  }
  const bool reduced = shape.size() != over.size();
  if (reduced && beta == 0) {
    std::fill_n(target, shape.size(), T{0});
    beta = 1;
  }
  const Nest<N + 1> nest(over, {broadcast_strides(x.shape(), x.strides(), over)...,
                                broadcast_strides(shape, strides, over)});
  const std::array<const T*, N> from{x.data()...};
  const Index n = nest.run_length();
  const bool summed = reduced && nest.step()[N] == 0;
  nest.each([&](const std::array<Index, N + 1>& at) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      const std::tuple operands{Operand<T>(from[I] + at[I], nest.step()[I])...};
      T* to = target + at[N];
      std::array<T, Batch<T>::size> lanes{};
      Batch<T> sum(T{0});
      for (Index i = 0; i < n; i += kLanes<T>) {
        const Index count = std::min(kLanes<T>, n - i);
        Batch<T> value = f(std::get<I>(operands).load(i, count)...);
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

/// What the derivatives of an op are of, in a batch.
template <class Op, class T>
using Slope = decltype(std::declval<const Op&>().df(Batch<T>(), Batch<T>()));
template <class Op, class T>
using SlopeA = decltype(std::declval<const Op&>().da(Batch<T>(), Batch<T>(), Batch<T>()));
template <class Op, class T>
using SlopeB = decltype(std::declval<const Op&>().db(Batch<T>(), Batch<T>(), Batch<T>()));

/// The operation that an elementwise struct stands for.
template <class Op>
struct Elementwise : Op {
  static constexpr bool takes_parts = true;

  Shape shape(const Shape& x) const { return x; }
  Shape shape(const Shape& a, const Shape& b) const { return broadcast(a, b); }

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    map([this](auto v) { return this->f(v); }, y, x);
  }
  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, Array<T>& y) const {
    map([this](auto v, auto w) { return this->f(v, w); }, y, a, b);
  }

  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<T> dx) const {
    if (dx) add(dx, dy, this->df(x, y));
  }
  template <class T>
  void derivative(Var<T> a, Var<T> b, Var<T> y, Var<T> dy, Into<T> da, Into<T> db) const {
    if (da) add(da, dy, this->da(a, b, y));
    if (db) add(db, dy, this->db(a, b, y));
  }

  template <class T>
  void backward(const Array<T>& x, const Array<T>& y, const Array<T>& dy, Into<T> dx) const {
    if constexpr (kOne<Slope<Op, T>>) {
      dx += dy;
    } else {
      in_part(dx, [&](const Array<T>& to, T beta) { chain_x(x, y, dy, x.shape(), to, beta); });
    }
  }
  template <class T>
  void backward(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Array<T>& dy,
                Into<T> da, Into<T> db) const {
    if constexpr (kOne<SlopeA<Op, T>>) {
      da += dy;
    } else if constexpr (!kZero<SlopeA<Op, T>>) {
      in_part(da, [&](const Array<T>& to, T beta) { chain_a(a, b, y, dy, a.shape(), to, beta); });
    }
    if constexpr (kOne<SlopeB<Op, T>>) {
      db += dy;
    } else if constexpr (!kZero<SlopeB<Op, T>>) {
      in_part(db, [&](const Array<T>& to, T beta) { chain_b(a, b, y, dy, b.shape(), to, beta); });
    }
  }

  template <class T>
  bool tangent(const Call<T>& call) const {
    const auto x = [&](std::size_t k) -> const Array<T>& { return recording::input<Op>(call, k); };
    const Array<T>& y = call.y();
    const Array<T> out = Array<T>::uninitialized(y.shape(), call.var(0).tape().pool());
    T beta = 0;
    if constexpr (kUnary) {
      chain_x(x(0), y, *call.tangent_part(0), y.shape(), out, beta);
      beta = 1;
    } else {
      const Array<T>*a = call.tangent_part(0), *b = call.tangent_part(1);
      if constexpr (!kZero<SlopeA<Op, T>>) {
        if (a) chain_a(x(0), x(1), y, *a, y.shape(), out, beta), beta = 1;
      }
      if constexpr (!kZero<SlopeB<Op, T>>) {
        if (b) chain_b(x(0), x(1), y, *b, y.shape(), out, beta), beta = 1;
      }
    }
    if (beta == 1) call.set_tangent(out);
    return true;
  }

  // The slopes are computed once more, of numbers with their tangents.
  template <class T>
  bool curvature(const Call<T>& call) const {
    if constexpr (kUnary) {
      curve<1, 0>(call, [this](auto x, auto, auto y) { return this->df(x, y); });
    } else {
      const bool a = call.tangent_part(0), b = call.tangent_part(1);
      if (a && b) curve_both<3>(call);
      if (a && !b) curve_both<1>(call);
      if (b && !a) curve_both<2>(call);
    }
    return true;
  }

 private:
  static constexpr bool kUnary = requires(const Op& op, Batch<float> v) { op.df(v, v); };

  static constexpr bool reads(std::uint8_t bit) { return (recording::needs<Op>() & bit) != 0; }
  // What is not read may not be there; the loops get something else in its place.
  template <class T>
  static const Array<T>& read(std::uint8_t bit, const Array<T>& x, const Array<T>& other) {
    return reads(bit) ? x : other;
  }

  // to = beta to + u slope, summed to `shape`: the chain rule, backwards for u = dy, and forwards
  // for u the tangent of the input that the slope is by.
  template <class T>
  void chain_x(const Array<T>& x, const Array<T>& y, const Array<T>& u, const Shape& shape,
               const Array<T>& to, T beta) const {
    map_add([this](auto v, auto r, auto w) { return chain(w, this->df(v, r)); }, y.shape(), shape,
            to.strides(), to.edit_shared(), beta, read(needs_input(0), x, u),
            read(kNeedsResult, y, u), u);
  }
  template <class T>
  void chain_a(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Array<T>& u,
               const Shape& shape, const Array<T>& to, T beta) const {
    chain_side([this](auto v, auto w, auto r, auto s) { return chain(s, this->da(v, w, r)); }, a, b,
               y, u, shape, to, beta);
  }
  template <class T>
  void chain_b(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Array<T>& u,
               const Shape& shape, const Array<T>& to, T beta) const {
    chain_side([this](auto v, auto w, auto r, auto s) { return chain(s, this->db(v, w, r)); }, a, b,
               y, u, shape, to, beta);
  }
  template <class F, class T>
  static void chain_side(const F& f, const Array<T>& a, const Array<T>& b, const Array<T>& y,
                         const Array<T>& u, const Shape& shape, const Array<T>& to, T beta) {
    map_add(f, y.shape(), shape, to.strides(), to.edit_shared(), beta, read(needs_input(0), a, u),
            read(needs_input(1), b, u), read(kNeedsResult, y, u), u);
  }

  template <unsigned moves, class T>
  void curve_both(const Call<T>& call) const {
    curve<moves, 0>(call, [this](auto a, auto b, auto y) { return this->da(a, b, y); });
    curve<moves, 1>(call, [this](auto a, auto b, auto y) { return this->db(a, b, y); });
  }

  // Adds dy times the tangent of `slope`, the derivative by input `by`, where the inputs whose bits
  // `moves` has move. An op of one input has no second: it gets the first in its place.
  template <unsigned moves, std::size_t by, class T, class F>
  void curve(const Call<T>& call, const F& slope) const {
    using V = Batch<T>;
    constexpr unsigned kA = (moves & 1) != 0 && reads(needs_input(0)) ? 1 : 0;
    constexpr unsigned kB = (moves & 2) != 0 && reads(needs_input(1)) ? 1 : 0;
    constexpr unsigned kY = reads(kNeedsResult) ? 1 : 0;
    using D = decltype(slope(Dual<V, kA>(), Dual<V, kB>(), Dual<V, kY>()));
    if constexpr (std::is_same_v<D, Dual<V, 1>>) {
      auto dx = call.into(by);
      if (!dx) return;
      const Array<T>& dy = call.dy();
      const auto x = [&](std::size_t k) -> const Array<T>& {
        return read(needs_input(k), recording::input<Op>(call, kUnary ? 0 : k), dy);
      };
      const auto moving = [&](unsigned k, const Array<T>* tangent) -> const Array<T>& {
        return k == 1 && tangent ? *tangent : dy;
      };
      const auto f = [&](auto a, auto b, auto y, auto u, auto ta, auto tb, auto ty) {
        return u * slope(lift<kA>(a, ta), lift<kB>(b, tb), lift<kY>(y, ty)).d[0];
      };
      in_part(dx, [&](const Array<T>& to, T beta) {
        map_add(f, call.y().shape(), call.unread(by).shape(), to.strides(), to.edit_shared(), beta,
                x(0), x(1), read(kNeedsResult, call.y(), dy), dy, moving(kA, call.tangent_part(0)),
                moving(kB, kUnary ? nullptr : call.tangent_part(1)), moving(kY, call.y_tangent()));
      });
    }
  }
  template <unsigned moves, class V>
  static Dual<V, moves> lift(const V& value, const V& tangent) {
    if constexpr (moves == 0) {
      return {value};
    } else {
      return {value, {tangent}};
    }
  }

  template <class T, class D>
  static void add(Into<T>& into, const Var<T>& dy, const D& d) {
    if constexpr (!kZero<D>) into += chain(dy, d);
  }
  template <class T, class F>
  static void in_part(Into<T>& into, const F& add) {
    if (into) into.in_part(add);
  }
};

}  // namespace kernels

template <class Op, class T>
Var<T> elementwise(Op op, const Site& site, const Var<T>& x) {
  return record(kernels::Elementwise<Op>{std::move(op)}, site, x);
}

template <class Op, class T>
Var<T> elementwise(Op op, const Site& site, const Var<T>& a, const Var<T>& b) {
  return record(kernels::Elementwise<Op>{std::move(op)}, site, a, b);
}

}  // namespace engram
