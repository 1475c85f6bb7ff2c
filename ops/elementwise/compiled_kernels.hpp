// Elementwise ops compiled into the library, for float and double:
//
//   template struct kernels::Compiled<ops::Exp, ops::Add>;
//   template struct kernels::CompiledWithNumber<ops::MulScalar>;   // those with data of type T
#pragma once

#include <tuple>

#include "engram/ops/elementwise/elementwise_kernels.hpp"

namespace engram::kernels {

/// The function that records Op: who takes its address gets it compiled.
template <class Op, class T>
constexpr auto recorder() {
  using V = const Var<T>&;
  using B = Batch<T>;
  if constexpr (requires(const Op& op, B x) { op.f(x); }) {
    return static_cast<Var<T> (*)(Op, const Site&, V)>(elementwise<Op, T>);
  } else if constexpr (requires(const Op& op, B x) { op.f(x, x); }) {
    return static_cast<Var<T> (*)(Op, const Site&, V, V)>(elementwise<Op, T>);
  } else {
    return static_cast<Var<T> (*)(Op, const Site&, V, V, V)>(elementwise<Op, T>);
  }
}

template <class... Ops>
struct Compiled {
  static constexpr std::tuple recorders{recorder<Ops, float>()..., recorder<Ops, double>()...};
};

template <template <class> class... Ops>
struct CompiledWithNumber {
  static constexpr std::tuple recorders{recorder<Ops<float>, float>()...,
                                        recorder<Ops<double>, double>()...};
};

}  // namespace engram::kernels
