// fused: any elementwise expression, written as one lambda, as one operation.
//
//   constexpr auto kState = [](auto f, auto i, auto g, auto c) {
//     return sigmoid(f) * c + sigmoid(i) * tanh(g);
//   };
//   c = fused(kState)(f, i, g, c);
//
// One pass over the memory instead of one for each function, and nothing kept but the result: the
// backward pass computes the expression again, with its derivatives (ops/elementwise/dual.hpp).
#pragma once

#include "engram/ops/elementwise/dual.hpp"
#include "engram/ops/elementwise/elementwise_kernels.hpp"
#include "engram/ops/elementwise/functions.hpp"

namespace engram {
namespace kernels {

/// V, once for each index.
template <class V, std::size_t>
using Each = V;

template <class D>
inline constexpr unsigned kInputsOf = 0;
template <class V, unsigned inputs, bool is_input>
inline constexpr unsigned kInputsOf<Dual<V, inputs, is_input>> = inputs;

/// The operation that a lambda of N inputs stands for.
template <class F, std::size_t N>
struct Fused {
  static constexpr auto name = "fused";
  static constexpr std::uint8_t needs = kNeedsInputs;
  F f;

  template <class T>
  Shape shape(std::span<const Var<T>> xs) const {
    Shape out = xs[0].shape();
    for (std::size_t k = 1; k < N; ++k) out = broadcast(out, xs[k].shape());
    return out;
  }

  template <class T>
  void forward(std::span<const Var<T>> xs, Array<T>& y) const {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      map([this](const auto&... v) { return f(Dual<Batch<T>, 0>{v}...).value; }, y,
          xs[K].tape().strided(xs[K])...);
    }
    (std::make_index_sequence<N>());
  }

  template <class T>
  void derivative(const Call<Var<T>>& call) const {
    const Var<T> one = call.tape.constant(Array<T>::scalar(1));
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      const auto y = f(Dual<Var<T>, (1U << K), true>{call.x(K), {one}}...);
      (add<K>(call, y), ...);
    }
    (std::make_index_sequence<N>());
  }

  template <class T>
  void backward(const Call<Array<T>>& call) const {
    backward(call, std::make_index_sequence<N>());
  }

 private:
  // The expression at `v`, with its derivatives by all inputs.
  template <class V, std::size_t... K>
  auto at(std::index_sequence<K...>, const Each<V, K>&... v) const {
    return f(Dual<V, (1U << K), true>{v, {V(typename V::value_type{1})}}...);
  }

  // The inputs that the expression depends on.
  template <class T, std::size_t... K>
  static constexpr unsigned kInputs =
      kInputsOf<decltype(std::declval<const Fused&>().template at<Batch<T>>(
          std::index_sequence<K...>(), Each<Batch<T>, K>()...))>;

  template <std::size_t k, class T, unsigned inputs, bool is_input>
  static void add(const Call<Var<T>>& call, const Dual<Var<T>, inputs, is_input>& y) {
    if constexpr (dual::has(inputs, k)) {
      if (auto dx = call.into(k)) dx += chain(call.dy, y.template by<k>());
    }
  }

  // One pass for all inputs. The derivative of one that was broadcast is written out as a whole and
  // summed by the accumulator.
  template <class T, std::size_t... K>
  void backward(const Call<Array<T>>& call, std::index_sequence<K...> all) const {
    const Shape& shape = call.y().shape();
    std::array<Array<T>, N> whole{};
    std::array<const Array<T>*, N> targets{};
    std::array<T, N> beta{};
    const auto open = [&]<std::size_t k>() {
      if constexpr (dual::has(kInputs<T, K...>, k)) {
        auto dx = call.into(k);
        if (!dx) return;
        if (call.strided(k).shape() == shape) {
          targets[k] = &dx.target(beta[k]);
        } else {
          whole[k] = Array<T>::uninitialized(shape, call.tape().pool());
          targets[k] = &whole[k];
        }
      }
    };
    (open.template operator()<K>(), ...);
    const Nest<2 * N + 1> nest(
        shape, {broadcast_strides(call.strided(K).shape(), call.strided(K).strides(), shape)...,
                (targets[K] ? *targets[K] : call.dy()).strides()..., shape.strides()});
    const Index n = nest.run_length();
    const auto& step = nest.step();
    nest.each([&](const std::array<Index, 2 * N + 1>& from) {
      const std::tuple operands{Operand<T>(call.strided(K).data() + from[K], step[K])...};
      const Operand<T> upstream(call.dy().data() + from[2 * N], 1);
      for (Index i = 0; i < n; i += kLanes<T>) {
        const Index count = (std::min)(kLanes<T>, n - i);
        const auto y = at<Batch<T>>(all, std::get<K>(operands).load(i, count)...);
        const Batch<T> u = upstream.load(i, count);
        (store_into<K>(targets[K], from[N + K] + i, beta[K], u, y, count), ...);
      }
    });
    const auto sum = [&]<std::size_t k>() {
      if (targets[k] == &whole[k]) call.into(k) += whole[k];
    };
    (sum.template operator()<K>(), ...);
  }

  template <std::size_t k, class T, unsigned inputs, bool is_input>
  static void store_into(const Array<T>* target, Index at, T beta, const Batch<T>& u,
                         const Dual<Batch<T>, inputs, is_input>& y, Index count) {
    if constexpr (dual::has(inputs, k)) {
      if (!target) return;
      T* to = target->edit_shared() + at;
      Batch<T> value = chain(u, y.template by<k>());
      if (beta != 0) value += Operand<T>(to, 1).load(0, count);
      store<T>(value, to, count);
    }
  }
};

}  // namespace kernels

/// A function of elements, to be called with values.
template <class F>
class Expression {
 public:
  Expression(F f, const Site& site) : f_(std::move(f)), site_(site) {}
  template <class T, std::same_as<Var<T>>... Rest>
  Var<T> operator()(const Var<T>& first, const Rest&... rest) const {
    constexpr std::size_t kInputs = 1 + sizeof...(Rest);
    static_assert(kInputs <= 6, "an expression has up to six inputs");
    const std::array<Var<T>, kInputs> xs{first, rest...};
    return record_all(kernels::Fused<F, kInputs>{f_}, site_, std::span<const Var<T>>(xs));
  }

 private:
  F f_;
  Site site_;
};

/// y = fused(f)(a, b, ...) is f, element by element, as one operation, for a generic lambda made of
/// + - * /, numbers, and any of the functions of ops/elementwise/functions.hpp. Up to 6 inputs.
///
/// Shapes:     any that broadcast together
/// Forward:    y = f(a, b, ...)
/// Derivative: da = dy ∂f/∂a, ..., worked out per element from the lambda itself
/// Saves:      nothing beyond the inputs
/// Order:      any
/// Accuracy:   that of its functions; derivatives 4 ulp of dy
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     ops/elementwise/dual.hpp
template <class F>
Expression<F> fused(F f, Site site = Site::current()) {
  return {std::move(f), site};
}

}  // namespace engram
