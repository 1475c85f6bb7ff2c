// What stands behind `elementwise`: an operation made of a struct, and the chain rule.
#pragma once

#include <array>
#include <concepts>
#include <tuple>
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

/// The operation that an elementwise struct of N inputs stands for.
template <class Op, std::size_t N>
struct Elementwise : Op {
  static_assert(N <= 6, "an elementwise op has up to six inputs; `fused` makes one of several");
  static constexpr bool takes_strided = true;
  static constexpr std::uint8_t needs = kReadOf<Op, N>;

  template <class... Shapes>
  Shape shape(const Shape& first, const Shapes&... rest) const {
    if constexpr (requires { this->check(); }) this->check();
    Shape out = first;
    ((out = broadcast(out, rest)), ...);
    return out;
  }

  // Of the inputs, and y as the last.
  template <class... Arrays>
  void forward(Arrays&... all) const {
    compute(std::tie(all...), kInputs);
  }

  template <class T>
  void derivative(const Call<Var<T>>& call) const {
    each([&]<std::size_t k, std::size_t... n>(std::index_sequence<n...>) {
      if constexpr (!kZero<decltype(slope<k>(op(), call.x(n)..., call.y))>) {
        if (auto dx = call.into(k)) dx += chain(call.dy, slope<k>(op(), call.x(n)..., call.y));
      }
    });
  }

  template <class T>
  void backward(const Call<Array<T>>& call) const {
    each([&]<std::size_t k, std::size_t... n>(std::index_sequence<n...>) { kernel<k>(call); });
  }

  template <class T>
  bool tangent(const Call<Array<T>>& call) const {
    const Shape shape = call.y().shape();
    const Array<T> out = Array<T>::uninitialized(shape, call.tape().pool());
    T beta = 0;
    each([&]<std::size_t k, std::size_t... n>(std::index_sequence<n...>) {
      if constexpr (!kZero<Slope<k, T>>) {
        const Array<T>* u = call.strided_tangent(k);
        if (!u) return;
        carry<k>(call, *u, shape, shape, out, beta, kInputs);
        beta = 1;
      }
    });
    if (beta == 1) call.set_tangent(out);
    return true;
  }

  // The derivatives are computed once more, of numbers with their tangents. These loops take long
  // to compile, so an op says whether it wants them; without, the rule serves.
  template <class T>
  bool curvature(const Call<Array<T>>& call) const requires(Op::curved) {
    if constexpr (N == 1) {
      curve<1>(call);
    } else {
      static_assert(N == 2, "an op of three inputs has no loops for its curvature");
      const bool a = call.strided_tangent(0), b = call.strided_tangent(1);
      if (a && b) curve<3>(call);
      if (a && !b) curve<1>(call);
      if (b && !a) curve<2>(call);
    }
    return true;
  }

 private:
  static constexpr std::make_index_sequence<N> kInputs{};
  const Op& op() const { return *this; }

  // f of each input.
  template <class F>
  static void each(const F& f) {
    [&]<std::size_t... k>(std::index_sequence<k...>) { (f.template operator()<k>(kInputs), ...); }
    (kInputs);
  }

  template <class All, std::size_t... k>
  void compute(const All& all, std::index_sequence<k...>) const {
    map([this](auto... v) { return this->f(v...); }, std::get<N>(all), std::get<k>(all)...);
  }

  static constexpr bool reads(std::uint8_t bit) { return (needs & bit) != 0; }
  // What is not read may not be there; the loops get something else in its place.
  template <std::size_t k, class T>
  static const Array<T>& read(const Call<Array<T>>& call, const Array<T>& other) {
    return reads(needs_input(k)) ? call.strided(k) : other;
  }
  template <class T>
  static const Array<T>& result(const Call<Array<T>>& call, const Array<T>& other) {
    return reads(kNeedsResult) ? call.y() : other;
  }

  template <std::size_t k, class T, std::size_t... n>
  static auto slope_type(std::index_sequence<n...>)
      -> decltype(slope<k>(std::declval<const Op&>(), (static_cast<void>(n), Batch<T>())...,
                           Batch<T>()));
  template <std::size_t k, class T>
  using Slope = decltype(slope_type<k, T>(kInputs));

  // to = beta to + u times the derivative by input k, summed from the shape `of` to `shape`. Going
  // back, u is dy; going forward, it is the tangent of that input.
  template <std::size_t k, class T, std::size_t... n>
  void carry(const Call<Array<T>>& call, const Array<T>& u, const Shape& of, const Shape& shape,
             const Array<T>& to, T beta, std::index_sequence<n...>) const {
    map_add([this](auto w, auto r, auto... v) { return chain(w, slope<k>(op(), v..., r)); }, of,
            shape, to.strides(), to.edit_shared(), beta, u, result(call, u), read<n>(call, u)...);
  }

  // The rule by input k in numbers.
  template <std::size_t k, class T>
  void kernel(const Call<Array<T>>& call) const {
    if constexpr (!kZero<Slope<k, T>>) {
      auto dx = call.into(k);
      if (!dx) return;
      const Array<T>& dy = call.dy();
      if constexpr (kOne<Slope<k, T>>) {
        dx += dy;
      } else {
        const Shape& shape = call.unread(k).shape();
        const auto carry_to = [&](const Array<T>& to, T beta) {
          carry<k>(call, dy, dy.shape(), shape, to, beta, kInputs);
        };
        if (shape.size() == dy.size()) return dx.in_strided(carry_to);
        const Array<T> sum = Array<T>::uninitialized(shape, dy.pool());
        carry_to(sum, T{0});
        dx.add_sum(sum);
      }
    }
  }

  template <unsigned moves, std::size_t input>
  static constexpr unsigned kMoves = (moves >> input & 1U) != 0 && reads(needs_input(input)) ? 1
                                                                                             : 0;
  static constexpr unsigned kMovesY = reads(kNeedsResult) ? 1 : 0;

  template <unsigned moves, class T>
  void curve(const Call<Array<T>>& call) const {
    each([&]<std::size_t k, std::size_t... n>(std::index_sequence<n...> all) {
      curve_by<k, moves>(call, all);
    });
  }

  // Adds dy times the tangent of the derivative by input k, where the inputs whose bits `moves` has
  // move, and the result with them.
  template <std::size_t k, unsigned moves, class T, std::size_t... K>
  void curve_by(const Call<Array<T>>& call, std::index_sequence<K...>) const {
    using V = Batch<T>;
    using D = decltype(slope<k>(op(), Dual<V, kMoves<moves, K>>()..., Dual<V, kMovesY>()));
    if constexpr (std::is_same_v<D, Dual<V, 1>>) {
      auto dx = call.into(k);
      if (!dx) return;
      const Array<T>& dy = call.dy();
      const auto tangent = [&](bool read, const Array<T>* of) -> const Array<T>& {
        return read && of ? *of : dy;
      };
      const auto f = [this](auto u, auto r, auto tr, auto... v) {
        const std::array<V, 2 * N> in{v...};  // the inputs and then their tangents
        return chain(
            u,
            slope<k>(op(), lift<kMoves<moves, K>>(in[K], in[N + K])..., lift<kMovesY>(r, tr)).d[0]);
      };
      dx.in_strided([&](const Array<T>& to, T beta) {
        map_add(f, dy.shape(), call.unread(k).shape(), to.strides(), to.edit_shared(), beta, dy,
                result(call, dy), tangent(kMovesY, call.y_tangent()), read<K>(call, dy)...,
                tangent(kMoves<moves, K>, call.strided_tangent(K))...);
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

template <class Op, class T, std::same_as<Var<T>>... Rest>
Var<T> elementwise(Op op, const Site& site, const Var<T>& x, const Rest&... rest) {
  return record(kernels::Elementwise<Op, 1 + sizeof...(Rest)>{std::move(op)}, site, x, rest...);
}

}  // namespace engram
