// record: how a plain struct becomes an operation on the tape.
//
// An op of fixed arity is a struct with (for two inputs a and b)
//
//   static constexpr auto name = "matmul";
//   Shape shape(const Shape& a, const Shape& b) const;     validates; the only place that does
//   template <class T> void forward(const Array<T>& a, const Array<T>& b, Array<T>& y);
//   template <class T> void derivative(Var<T> a, Var<T> b, Var<T> y, Var<T> dy,
//                                      Into<Var<T>> da, Into<Var<T>> db) const;
// and, when it pays, the same derivative in numbers:
//   template <class T> void backward(const Array<T>& a, const Array<T>& b, const Array<T>& y,
//                                    const Array<T>& dy, Into<Array<T>> da, Into<Array<T>> db)
//                                    const;
//
// An op whose result is a view of its input has `View view(const Shape& x) const` in place
// of `forward`. Kernels that use the strides of their arrays say `static constexpr bool
// takes_strided = true` and spare copies (see `Array`). An op that adds its input k as it is can
// say `static constexpr int passes = k`, and one whose derivative does not read all values `static
// constexpr std::uint8_t needs` (see `Traits`). An op of any number of inputs is given to
// `record_all` and takes `std::span<const Var<T>>` in `shape` and `forward`, a
// `const Call<Var<T>>&` in `derivative` and a `const Call<Array<T>>&` in `backward`.
//
// Forward mode needs nothing more: it is worked out from the derivative rule. An op that is linear
// in all its inputs together says `static constexpr bool linear = true` and is faster, one that has
// kernels for it has `bool tangent(const Call<Array<T>>&) const` and `bool curvature(const
// Call<Array<T>>&) const` (see `Operation`).
#pragma once

#include <array>
#include <type_traits>
#include <utility>
#include <vector>

#include "engram/core/operation/observed.hpp"
#include "engram/core/operation/recorded.hpp"

namespace engram {
namespace recording {

// The value of an op of fixed arity.
template <class Op, class T, class... Rest>
Array<T> computed(Op& op, Tape<T>& tape, const Var<T>& first, const Rest&... rest) {
  if constexpr (kView<Op>) {
    static_cast<void>(op.shape(first.shape()));
    return tape.value(first).view(op.view(first.shape()));
  } else {
    Array<T> y = Array<T>::uninitialized(
        op.shape(tape.strided(first).shape(), tape.strided(rest).shape()...), tape.pool());
    op.forward(input<Op>(tape, first), input<Op>(tape, rest)..., y);
    return y;
  }
}

// Puts the operation on the tape; one without state is shared by all its uses.
template <class Recorded, class Op, class T>
Var<T> push(Tape<T>& tape, Op&& op, Array<T>&& y, std::span<const Id> inputs, const Site& site) {
  if (!tape.needs_gradient(inputs)) return tape.push(std::move(y), nullptr, false, inputs, site);
  if constexpr (std::is_empty_v<std::remove_cvref_t<Op>>) {
    static const Recorded operation{std::remove_cvref_t<Op>{}};
    return tape.push(std::move(y), &operation, false, inputs, site);
  } else {
    auto* operation = new (tape.allocate(sizeof(Recorded))) Recorded(std::forward<Op>(op));
    const bool owned = !std::is_trivially_destructible_v<std::remove_cvref_t<Op>>;
    return tape.push(std::move(y), operation, owned, inputs, site);
  }
}

}  // namespace recording

/// Computes `op` of one to six inputs and records it. Throws `Error`, prefixed with the op's
/// name and followed by `site`, for what the op's `shape` refuses.
template <class Op, class T, std::same_as<Var<T>>... Rest>
Var<T> record(Op op, const Site& site, const Var<T>& first, const Rest&... rest) {
  using Recorded = recording::Fixed<Op, T, 1 + sizeof...(Rest)>;
  try {
    Tape<T>& tape = first.tape();
    Observed<T> observed(tape);
    Array<T> y = recording::computed(op, tape, first, rest...);
    // Numbers: a Var that was returned in two registers would be waited for when copied as a whole.
    const std::array<Id, 1 + sizeof...(Rest)> inputs{first.id(), rest.id()...};
    const Var<T> pushed =
        recording::push<Recorded>(tape, std::move(op), std::move(y), inputs, site);
    observed.computed(Op::name, pushed, inputs, recording::kView<Op>);
    return pushed;
  } catch (const Error& error) {
    throw located(Op::name, error, site);
  }
}

/// The same within another operation (core/within.hpp), to whose place it belongs.
template <class Op, class T, std::same_as<Var<T>>... Rest>
Var<T> record(Op op, const Var<T>& first, const Rest&... rest) {
  return record(std::move(op), Site::current(), first, rest...);
}

/// The same for an op of any number of inputs, at least one.
template <class Op, class T>
Var<T> record_all(Op op, const Site& site, std::span<const Var<T>> inputs) {
  using Recorded = recording::Variadic<Op, T>;
  try {
    if (inputs.empty()) fail("no inputs; need at least one");
    Tape<T>& tape = inputs[0].tape();
    Observed<T> observed(tape);
    std::vector<Id, PoolAllocator<Id>> ids{PoolAllocator<Id>(tape.pool())};
    ids.reserve(inputs.size());
    for (const Var<T>& input : inputs) {
      static_cast<void>(tape.value(input));
      ids.push_back(input.id());
    }
    Array<T> y = Array<T>::uninitialized(op.shape(inputs), tape.pool());
    op.forward(inputs, y);
    const Var<T> pushed = recording::push<Recorded>(tape, std::move(op), std::move(y), ids, site);
    observed.computed(Op::name, pushed, ids, false);
    return pushed;
  } catch (const Error& error) {
    throw located(Op::name, error, site);
  }
}

}  // namespace engram
