// Probe: what the derivative of an elementwise op reads, found by calling it.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "engram/ops/elementwise/chain_rule.hpp"

namespace engram {

/// Stands for any number of an expression, and knows of which inputs of an op, and whether of its
/// result, it is made: those whose bits `reads` has (`needs_input`, `kNeedsResult`). It has no
/// value; the type is all.
template <std::uint8_t reads>
struct Probe {
  using value_type = double;
};
template <std::uint8_t reads>
inline constexpr bool kIsDual<Probe<reads>> = true;  // the functions of Duals are called for it

template <class Op, std::uint8_t... reads>
Probe<(reads | ...)> evaluate(const Op&, const Probe<reads>&...) {
  return {};
}
template <std::uint8_t reads, class S>
auto constant_like(const Probe<reads>&, const S& s) {
  if constexpr (AnyDual<S>) {
    return s;
  } else {
    return Probe<0>{};
  }
}

namespace kernels {

/// What a derivative of this type reads: a number that is the same everywhere reads nothing.
template <class Slope>
inline constexpr std::uint8_t kReads = 0;
template <std::uint8_t reads>
inline constexpr std::uint8_t kReads<Probe<reads>> = reads;
template <std::uint8_t reads>
inline constexpr std::uint8_t kReads<Mask<Probe<reads>>> = reads;
template <std::uint8_t reads>
inline constexpr std::uint8_t kReads<StrongZero<Probe<reads>>> = reads;

template <class Op, std::size_t... k>
constexpr std::uint8_t what_is_read(std::index_sequence<k...> all) {
  const auto by = []<std::size_t n, std::size_t... i>(std::index_sequence<i...>) {
    return kReads<decltype(slope<n>(std::declval<const Op&>(), Probe<needs_input(i)>()...,
                                    Probe<kNeedsResult>()))>;
  };
  return static_cast<std::uint8_t>((by.template operator()<k>(all) | ...));
}

/// `Traits::needs` of an elementwise op of N inputs.
template <class Op, std::size_t N>
inline constexpr std::uint8_t kReadOf = what_is_read<Op>(std::make_index_sequence<N>());

}  // namespace kernels
}  // namespace engram
