// What stands behind `elementwise`: an operation made of a struct, and the chain rule.
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include "engram/core/record.hpp"
#include "engram/ops/elementwise/chain_rule.hpp"
#include "engram/ops/elementwise/dual.hpp"
#include "engram/ops/elementwise/elementwise.hpp"
#include "engram/ops/elementwise/map_kernels.hpp"
#include "engram/ops/elementwise/probe.hpp"

namespace engram {
namespace kernels {

/// How many inputs an op has.
template <class Op, class T>
constexpr std::size_t inputs_of() {
  using B = Batch<T>;
  if constexpr (requires(const Op& op, B x) { op.f(x); }) {
    return 1;
  } else if constexpr (requires(const Op& op, B x) { op.f(x, x); }) {
    return 2;
  } else {
    return 3;
  }
}

/// The operation that an elementwise struct stands for.
template <class Op>
struct Elementwise : Op {
  static constexpr bool takes_parts = true;
  static constexpr std::uint8_t needs = kReadOf<Op, inputs_of<Op, double>()>;

  const Shape& shape(const Shape& x) const {
    if constexpr (requires { this->check(); }) this->check();
    return x;
  }
  Shape shape(const Shape& a, const Shape& b) const { return broadcast(shape(a), b); }
  Shape shape(const Shape& a, const Shape& b, const Shape& c) const {
    return broadcast(shape(a, b), c);
  }

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    map([this](auto v) { return this->f(v); }, y, x);
  }
  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, Array<T>& y) const {
    map([this](auto v, auto w) { return this->f(v, w); }, y, a, b);
  }
  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, const Array<T>& c, Array<T>& y) const {
    map([this](auto u, auto v, auto w) { return this->f(u, v, w); }, y, a, b, c);
  }

  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    rule<0>(dx, dy, x, y);
  }
  template <class T>
  void derivative(Var<T> a, Var<T> b, Var<T> y, Var<T> dy, Into<Var<T>> da, Into<Var<T>> db) const {
    rule<0>(da, dy, a, b, y);
    rule<1>(db, dy, a, b, y);
  }
  template <class T>
  void derivative(Var<T> a, Var<T> b, Var<T> c, Var<T> y, Var<T> dy, Into<Var<T>> da,
                  Into<Var<T>> db, Into<Var<T>> dc) const {
    rule<0>(da, dy, a, b, c, y);
    rule<1>(db, dy, a, b, c, y);
    rule<2>(dc, dy, a, b, c, y);
  }

  template <class T>
  void backward(const Array<T>& x, const Array<T>& y, const Array<T>& dy, Into<Array<T>> dx) const {
    kernel<0>(dx, x.shape(), y, dy, read<0>(x, dy));
  }
  template <class T>
  void backward(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Array<T>& dy,
                Into<Array<T>> da, Into<Array<T>> db) const {
    kernel<0>(da, a.shape(), y, dy, read<0>(a, dy), read<1>(b, dy));
    kernel<1>(db, b.shape(), y, dy, read<0>(a, dy), read<1>(b, dy));
  }
  template <class T>
  void backward(const Array<T>& a, const Array<T>& b, const Array<T>& c, const Array<T>& y,
                const Array<T>& dy, Into<Array<T>> da, Into<Array<T>> db, Into<Array<T>> dc) const {
    kernel<0>(da, a.shape(), y, dy, read<0>(a, dy), read<1>(b, dy), read<2>(c, dy));
    kernel<1>(db, b.shape(), y, dy, read<0>(a, dy), read<1>(b, dy), read<2>(c, dy));
    kernel<2>(dc, c.shape(), y, dy, read<0>(a, dy), read<1>(b, dy), read<2>(c, dy));
  }

  template <class T>
  bool tangent(const Call<Array<T>>& call) const {
    carry_forward(call, std::make_index_sequence<inputs_of<Op, T>()>());
    return true;
  }

  // The derivatives are computed once more, of numbers with their tangents. These loops take long
  // to compile, so an op says whether it wants them; without, the rule serves.
  template <class T>
  bool curvature(const Call<Array<T>>& call) const requires(Op::curved) {
    constexpr std::size_t N = inputs_of<Op, T>();
    constexpr std::make_index_sequence<N> all;
    if constexpr (N == 1) {
      curve<1>(call, all);
    } else {
      static_assert(N == 2, "an op of three inputs has no loops for its curvature");
      const bool a = call.tangent_part(0), b = call.tangent_part(1);
      if (a && b) curve<3>(call, all);
      if (a && !b) curve<1>(call, all);
      if (b && !a) curve<2>(call, all);
    }
    return true;
  }

 private:
  const Op& op() const { return *this; }

  static constexpr bool reads(std::uint8_t bit) { return (needs & bit) != 0; }
  // What is not read may not be there; the loops get something else in its place.
  template <std::size_t k, class T>
  static const Array<T>& read(const Array<T>& x, const Array<T>& other) {
    return reads(needs_input(k)) ? x : other;
  }
  template <class T>
  static const Array<T>& result(const Array<T>& y, const Array<T>& other) {
    return reads(kNeedsResult) ? y : other;
  }

  // The derivative by input k, where x are the inputs and the result.
  template <std::size_t k, class T, class... X>
  void rule(Into<Var<T>>& dx, const Var<T>& dy, const X&... x) const {
    if constexpr (!kZero<decltype(slope<k>(op(), x...))>) {
      if (dx) dx += chain(dy, slope<k>(op(), x...));
    }
  }

  template <class A, class B>
  static A first(A a, const B&) {
    return a;
  }
  template <std::size_t k, class T, class... X>
  using Slope = decltype(slope<k>(std::declval<const Op&>(),
                                  first(Batch<T>(), std::declval<const X&>())..., Batch<T>()));

  // to = beta to + u times the derivative by input k, summed to `shape`. Going back, u is dy; going
  // forward, it is the tangent of that input.
  template <std::size_t k, class T, class... X>
  void carry(const Array<T>& u, const Shape& shape, const Array<T>& to, T beta, const Array<T>& y,
             const X&... x) const {
    map_add([this](auto w, auto r, auto... v) { return chain(w, slope<k>(op(), v..., r)); },
            y.shape(), shape, to.strides(), to.edit_shared(), beta, u, result(y, u), x...);
  }

  // The rule in numbers; the input's shape is `shape`, and x are the inputs.
  template <std::size_t k, class T, class... X>
  void kernel(Into<Array<T>>& dx, const Shape& shape, const Array<T>& y, const Array<T>& dy,
              const X&... x) const {
    if constexpr (kOne<Slope<k, T, X...>>) {
      dx += dy;
    } else if constexpr (!kZero<Slope<k, T, X...>>) {
      if (!dx) return;
      if (shape.size() != y.size()) {
        const Array<T> sum = Array<T>::uninitialized(shape, y.pool());
        carry<k>(dy, shape, sum, T{0}, y, x...);
        return dx.add_sum(sum);
      }
      dx.in_part([&](const Array<T>& to, T beta) { carry<k>(dy, shape, to, beta, y, x...); });
    }
  }

  template <class T, std::size_t... K>
  void carry_forward(const Call<Array<T>>& call, std::index_sequence<K...>) const {
    const Array<T>& y = call.y();
    const Array<T> out = Array<T>::uninitialized(y.shape(), call.tape().pool());
    T beta = 0;
    const auto add = [&]<std::size_t k>() {
      if constexpr (!kZero<Slope<k, T, decltype(K)...>>) {
        const Array<T>* u = call.tangent_part(k);
        if (!u) return;
        carry<k>(*u, y.shape(), out, beta, y, read<K>(recording::input<Elementwise>(call, K), *u)...);
        beta = 1;
      }
    };
    (add.template operator()<K>(), ...);
    if (beta == 1) call.set_tangent(out);
  }

  template <unsigned moves, std::size_t input>
  static constexpr unsigned kMoves =
      (moves >> input & 1U) != 0 && reads(needs_input(input)) ? 1 : 0;
  static constexpr unsigned kMovesY = reads(kNeedsResult) ? 1 : 0;

  template <unsigned moves, class T, std::size_t... K>
  void curve(const Call<Array<T>>& call, std::index_sequence<K...> all) const {
    (curve_by<K, moves>(call, all), ...);
  }

  // Adds dy times the tangent of the derivative by input k, where the inputs whose bits `moves` has
  // move, and the result with them.
  template <std::size_t k, unsigned moves, class T, std::size_t... K>
  void curve_by(const Call<Array<T>>& call, std::index_sequence<K...>) const {
    using V = Batch<T>;
    constexpr std::size_t N = sizeof...(K);
    using D = decltype(slope<k>(op(), Dual<V, kMoves<moves, K>>()..., Dual<V, kMovesY>()));
    if constexpr (std::is_same_v<D, Dual<V, 1>>) {
      auto dx = call.into(k);
      if (!dx) return;
      const Array<T>&y = call.y(), &dy = call.dy();
      const auto tangent = [&](bool read, const Array<T>* of) -> const Array<T>& {
        return read && of ? *of : dy;
      };
      const auto f = [this](auto u, auto r, auto tr, auto... v) {
        const std::array<V, 2 * N> in{v...};  // the inputs and then their tangents
        return chain(
            u,
            slope<k>(op(), lift<kMoves<moves, K>>(in[K], in[N + K])..., lift<kMovesY>(r, tr)).d[0]);
      };
      dx.in_part([&](const Array<T>& to, T beta) {
        map_add(f, y.shape(), call.unread(k).shape(), to.strides(), to.edit_shared(), beta, dy,
                result(y, dy), tangent(kMovesY, call.y_tangent()),
                read<K>(recording::input<Elementwise>(call, K), dy)...,
                tangent(kMoves<moves, K>, call.tangent_part(K))...);
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

template <class Op, class T>
Var<T> elementwise(Op op, const Site& site, const Var<T>& a, const Var<T>& b, const Var<T>& c) {
  return record(kernels::Elementwise<Op>{std::move(op)}, site, a, b, c);
}

}  // namespace engram
