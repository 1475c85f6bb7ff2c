#pragma once

#include <array>
#include <utility>

#include "engram/core/record.hpp"

namespace engram {
namespace kernels {

/// A value that is known, of N inputs, with a derivative rule.
template <class T, class Backward, std::size_t N>
struct CustomGradient {
  static constexpr auto name = "custom_gradient";
  Array<T> value;
  Backward rule;

  Shape shape(std::span<const Var<T>>) const { return value.shape(); }
  void forward(std::span<const Var<T>>, Array<T>& y) const { y = value; }
  void derivative(const Call<Var<T>>& call) const {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      const auto dx = rule(call.x(K)..., call.y, call.dy);
      if constexpr (N == 1) {
        add(call, 0, dx);
      } else {
        static_assert(std::tuple_size_v<decltype(dx)> == N, "return the gradient of each input");
        (add(call, K, std::get<K>(dx)), ...);
      }
    }
    (std::make_index_sequence<N>());
  }

 private:
  static void add(const Call<Var<T>>& call, std::size_t input, const Var<T>& dx) {
    if (dx.shape() != call.x(input).shape()) {
      fail("backward returned a gradient of shape ", dx.shape(), " for input ", input, " ",
           call.x(input).shape());
    }
    call.into(input) += dx;
  }
};

template <class T, class Forward, class Backward, std::size_t N>
Var<T> custom_gradient(const Forward& forward, Backward backward, const std::array<Var<T>, N>& xs,
                       const Site& site) {
  using Op = CustomGradient<T, Backward, N>;
  try {
    const Array<T> value = xs[0].tape().transient([&] { return std::apply(forward, xs); });
    return record_all(Op{value, std::move(backward)}, site, std::span<const Var<T>>(xs));
  } catch (const Error& error) {
    throw located(Op::name, error, site);
  }
}

}  // namespace kernels

/// A function with a derivative that you write, as two lambdas: quick work, where `record` and a
/// struct (docs/add_an_op.md) are for an operation that stays. Nothing that `forward` does is
/// recorded.
///
///   const auto y = custom_gradient(                    // the straight-through estimator
///       [](auto x) { return greater(x, 0); },
///       [](auto x, auto y, auto dy) { return dy; }, x);
///
/// Shapes:     any
/// Forward:    y = forward(x, ...)
/// Derivative: dx = backward(x, ..., y, dy), written in Vars, of the shape of x and linear in dy;
///             for two or three inputs a `std::array` of one for each
/// Saves:      the inputs and y
/// Order:      any, of `backward` as it is written
/// Accuracy:   that of what it calls
/// Throws:     `Error` when `backward` returns a shape that is not the input's
/// Source:     Y. Bengio, N. Léonard and A. Courville (2013), "Estimating or propagating gradients
///             through stochastic neurons", for the example
template <class Forward, class Backward, class T>
Var<T> custom_gradient(Forward forward, Backward backward, const Var<T>& x,
                       Site site = Site::current()) {
  return kernels::custom_gradient(forward, std::move(backward), std::array{x}, site);
}
template <class Forward, class Backward, class T>
Var<T> custom_gradient(Forward forward, Backward backward, const Var<T>& a, const Var<T>& b,
                       Site site = Site::current()) {
  return kernels::custom_gradient(forward, std::move(backward), std::array{a, b}, site);
}
template <class Forward, class Backward, class T>
Var<T> custom_gradient(Forward forward, Backward backward, const Var<T>& a, const Var<T>& b,
                       const Var<T>& c, Site site = Site::current()) {
  return kernels::custom_gradient(forward, std::move(backward), std::array{a, b, c}, site);
}

}  // namespace engram
