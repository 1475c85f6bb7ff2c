// What stands behind `elementwise`: an operation made of a struct, and the chain rule.
#pragma once

#include <type_traits>
#include <utility>

#include "engram/core/record.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/elementwise.hpp"
#include "engram/ops/map_kernels.hpp"
#include "engram/ops/where.hpp"

namespace engram {
namespace kernels {

/// dy * d for a derivative d that may be a `Constant`, a `Mask`, a plain number or a value.
template <class Y, class D>
Y chain(const Y& dy, const D& d) {
  return dy * d;
}
template <class Y>
Y chain(const Y& dy, Constant<1>) {
  return dy;
}
template <class Y>
Y chain(const Y& dy, Constant<-1>) {
  return -dy;
}
template <class Y>
Y chain(const Y& dy, const Mask<Y>& d) {
  return where(d.on, dy, Number<Y>{0});
}

/// Whether `D` is a derivative that is 0 everywhere.
template <class D>
inline constexpr bool kZero = std::is_same_v<D, Constant<0>>;

/// Op's derivative by input k, at `v`: the inputs and the result.
template <std::size_t k, class Op, class... V>
auto slope(const Op& op, const V&... v) {
  if constexpr (sizeof...(V) == 2) {
    return op.df(v...);
  } else if constexpr (k == 0) {
    return op.da(v...);
  } else if constexpr (k == 1) {
    return op.db(v...);
  } else {
    return op.dc(v...);
  }
}

/// The operation that an elementwise struct stands for.
template <class Op>
struct Elementwise : Op {
  static constexpr bool takes_parts = true;

  template <std::same_as<Shape>... Rest>
  Shape shape(const Shape& x, const Rest&... rest) const {
    if constexpr (requires { this->check(); }) this->check();
    Shape out = x;
    ((out = broadcast(out, rest)), ...);
    return out;
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
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<T> dx) const {
    rule<0>(dx, dy, x, y);
  }
  template <class T>
  void derivative(Var<T> a, Var<T> b, Var<T> y, Var<T> dy, Into<T> da, Into<T> db) const {
    rule<0>(da, dy, a, b, y);
    rule<1>(db, dy, a, b, y);
  }
  template <class T>
  void derivative(Var<T> a, Var<T> b, Var<T> c, Var<T> y, Var<T> dy, Into<T> da, Into<T> db,
                  Into<T> dc) const {
    rule<0>(da, dy, a, b, c, y);
    rule<1>(db, dy, a, b, c, y);
    rule<2>(dc, dy, a, b, c, y);
  }

  template <class T>
  void backward(const Array<T>& x, const Array<T>& y, const Array<T>& dy, Into<T> dx) const {
    kernel<0>(dx, x.shape(), y, dy, read<0>(x, dy));
  }
  template <class T>
  void backward(const Array<T>& a, const Array<T>& b, const Array<T>& y, const Array<T>& dy,
                Into<T> da, Into<T> db) const {
    kernel<0>(da, a.shape(), y, dy, read<0>(a, dy), read<1>(b, dy));
    kernel<1>(db, b.shape(), y, dy, read<0>(a, dy), read<1>(b, dy));
  }
  template <class T>
  void backward(const Array<T>& a, const Array<T>& b, const Array<T>& c, const Array<T>& y,
                const Array<T>& dy, Into<T> da, Into<T> db, Into<T> dc) const {
    kernel<0>(da, a.shape(), y, dy, read<0>(a, dy), read<1>(b, dy), read<2>(c, dy));
    kernel<1>(db, b.shape(), y, dy, read<0>(a, dy), read<1>(b, dy), read<2>(c, dy));
    kernel<2>(dc, c.shape(), y, dy, read<0>(a, dy), read<1>(b, dy), read<2>(c, dy));
  }

 private:
  const Op& op() const { return *this; }

  // The derivative by input k, where x are the inputs and the result.
  template <std::size_t k, class T, class... X>
  void rule(Into<T>& dx, const Var<T>& dy, const X&... x) const {
    if constexpr (!kZero<decltype(slope<k>(op(), x...))>) {
      if (dx) dx += chain(dy, slope<k>(op(), x...));
    }
  }

  // The same in numbers; the input's shape is `shape`, and x are the inputs.
  template <std::size_t k, class T, class... X>
  void kernel(Into<T>& dx, const Shape& shape, const Array<T>& y, const Array<T>& dy,
              const X&... x) const {
    const auto d = [this](auto r, const auto&... v) { return slope<k>(op(), v..., r); };
    using D = decltype(d(Batch<T>(), first(Batch<T>(), x)...));
    if constexpr (std::is_same_v<D, Constant<1>>) {
      dx += dy;
    } else if constexpr (!kZero<D>) {
      if (!dx) return;
      dx.in_part([&](const Array<T>& target, T beta) {
        map_add([&](auto u, auto r, auto... v) { return chain(u, d(r, v...)); }, y.shape(), shape,
                target.strides(), target.edit_shared(), beta, dy, result(y, dy), x...);
      });
    }
  }
  template <class A, class B>
  static A first(A a, const B&) {
    return a;
  }

  // What is not read may not be there; the loops get something else in its place.
  template <std::size_t k, class T>
  static const Array<T>& read(const Array<T>& x, const Array<T>& other) {
    return (recording::needs<Op>() & needs_input(k)) != 0 ? x : other;
  }
  template <class T>
  static const Array<T>& result(const Array<T>& y, const Array<T>& other) {
    return (recording::needs<Op>() & kNeedsResult) != 0 ? y : other;
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
