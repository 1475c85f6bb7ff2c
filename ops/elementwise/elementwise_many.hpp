// Elementwise ops of four to six inputs, in one struct: f(a, b, c, d), da(a, b, c, d, y), ...,
// dd(a, b, c, d, y), and so on to df for the sixth.
#pragma once

#include "engram/ops/elementwise/elementwise_kernels.hpp"

namespace engram {
namespace kernels {

/// The operation that an elementwise struct of N inputs stands for.
template <class Op, std::size_t N>
struct ElementwiseOfMany : Op {
  static_assert(N <= 6, "an elementwise op has up to six inputs; `fused` makes one of several");
  static constexpr std::uint8_t needs = kReadOf<Op, N>;

  template <class T>
  Shape shape(std::span<const Var<T>> xs) const {
    if constexpr (requires { this->check(); }) this->check();
    Shape out = xs[0].shape();
    for (const Var<T>& x : xs.subspan(1)) out = broadcast(out, x.shape());
    return out;
  }
  template <class T>
  void forward(std::span<const Var<T>> xs, Array<T>& y) const {
    [&]<std::size_t... n>(std::index_sequence<n...>) {
      map([this](auto... v) { return this->f(v...); }, y, xs[n].tape().part(xs[n])...);
    }
    (kAll);
  }
  template <class T>
  void derivative(const Call<Var<T>>& call) const {
    each([&]<std::size_t k, std::size_t... n>(std::index_sequence<n...>) {
      if constexpr (!kZero<decltype(slope<k>(op(), call.x(n)..., call.y))>) {
        if (auto dx = call.into(k)) {
          dx += chain(call.dy, slope<k>(op(), call.x(n)..., call.y));
        }
      }
    });
  }
  template <class T>
  void backward(const Call<Array<T>>& call) const {
    const Array<T>& dy = call.dy();
    const auto read = [&](std::uint8_t bit, const auto& of) -> const Array<T>& {
      return (needs & bit) != 0 ? of() : dy;  // what is not read may not be there
    };
    each([&]<std::size_t k, std::size_t... n>(std::index_sequence<n...>) {
      const auto f = [this](auto u, auto y, auto... v) {
        return chain(u, slope<k>(op(), v..., y));
      };
      using Slope =
          decltype(slope<k>(op(), (static_cast<void>(n), Batch<T>())..., Batch<T>()));
      if constexpr (!kZero<Slope>) {
        auto dx = call.into(k);
        if (!dx) return;
        dx.in_part([&](const Array<T>& to, T beta) {
          map_add(f, dy.shape(), call.unread(k).shape(), to.strides(), to.edit_shared(), beta, dy,
                  read(kNeedsResult, [&]() -> const Array<T>& { return call.y(); }),
                  read(needs_input(n), [&]() -> const Array<T>& { return call.part(n); })...);
        });
      }
    });
  }

 private:
  static constexpr std::make_index_sequence<N> kAll{};
  const Op& op() const { return *this; }
  // f of each input.
  template <class F>
  static void each(const F& f) {
    [&]<std::size_t... k>(std::index_sequence<k...>) { (f.template operator()<k>(kAll), ...); }
    (kAll);
  }
};

}  // namespace kernels

template <class Op, class T, std::same_as<Var<T>>... Rest>
Var<T> elementwise(Op op, const Site& site, const Var<T>& a, const Var<T>& b, const Var<T>& c,
                   const Var<T>& d, const Rest&... rest) {
  const std::array<Var<T>, 4 + sizeof...(Rest)> xs{a, b, c, d, rest...};
  return record_all(kernels::ElementwiseOfMany<Op, 4 + sizeof...(Rest)>{std::move(op)}, site,
                    std::span<const Var<T>>(xs));
}

}  // namespace engram
