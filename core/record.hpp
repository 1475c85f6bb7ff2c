// record: how a plain struct becomes an operation on the tape.
//
// An op of fixed arity is a struct with (for two inputs a and b)
//
//   static constexpr auto name = "matmul";
//   Shape shape(const Shape& a, const Shape& b) const;     validates; the only place that does
//   template <class T> void forward(const Array<T>& a, const Array<T>& b, Array<T>& y);
//   template <class T> void derivative(Var<T> a, Var<T> b, Var<T> y, Var<T> dy,
//                                      Into<T> da, Into<T> db) const;
// and, when it pays, the same derivative in numbers:
//   template <class T> void backward(const Array<T>& a, const Array<T>& b, const Array<T>& y,
//                                    const Array<T>& dy, Into<T> da, Into<T> db) const;
//
// An op whose result is a part of its input's memory has `Array<T> view(const Array<T>& x) const`
// in place of `forward`. Kernels that use the strides of their arrays say `static constexpr bool
// takes_parts = true` and spare copies (see `Array`). An op that adds its input k as it is can say
// `static constexpr int passes = k`, and one whose derivative does not read all values
// `static constexpr std::uint8_t needs` (see `Traits`). An op of any number of inputs is given to
// `record_all` and takes `std::span<const Var<T>>` in `shape` and `forward`, and `const Call<T>&`
// in the derivatives.
//
// Forward mode needs nothing more: it is worked out from the derivative rule. An op that is linear
// in all its inputs together says `static constexpr bool linear = true` and is faster, one that has
// kernels for it has `bool tangent(const Call<T>&) const` and `bool curvature(const Call<T>&)
// const` (see `Operation`).
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include "engram/core/anomaly.hpp"
#include "engram/core/span.hpp"
#include "engram/core/tape.hpp"

namespace engram {
namespace recording {

/// Whether the kernels of an op can read and write arrays whose elements lie apart.
template <class Op>
inline constexpr bool kTakesParts = requires {
  requires Op::takes_parts;
};

/// Whose values the derivative of an op reads: all, unless it says otherwise (see `Traits`).
template <class Op>
constexpr std::uint8_t needs() {
  if constexpr (requires { Op::needs; }) {
    return Op::needs;
  } else {
    return kNeedsAll;
  }
}

template <class Op, class T>
const Array<T>& input(const Call<T>& call, std::size_t k) {
  if (!(needs<Op>() & needs_input(k))) return call.unread(k);
  if constexpr (kTakesParts<Op>) {
    return call.part(k);
  } else {
    return call.array(k);
  }
}
template <class Op, class T>
const Array<T>& input(Tape<T>& tape, const Var<T>& x) {
  if constexpr (kTakesParts<Op>) {
    return tape.part(x);
  } else {
    return tape.value(x);
  }
}

template <class Op, class T>
inline constexpr bool kView = requires(const Op& op, const Array<T>& x) {
  op.view(x);
};

template <class Op>
inline constexpr bool kLinear = requires {
  requires Op::linear;
};

template <class Op, class T>
constexpr Traits traits() {
  Traits out;
  if constexpr (kView<Op, T>) out.result = kTakesParts<Op> ? Result::part : Result::window;
  if constexpr (requires { Op::passes; }) out.passes = Op::passes;
  out.needs = needs<Op>();
  out.linear = kLinear<Op>;
  if constexpr (requires { Op::linear_rule; }) out.linear_rule = Op::linear_rule;
  return out;
}

[[noreturn]] inline void fail_without_rule() {
  fail(
      "this op has only a kernel for its first derivative, so it has no second one and none in "
      "forward mode; write its `derivative` in Vars");
}

template <class Op, class T>
bool tangent(const Op& op, const Call<T>& call) {
  if constexpr (requires { op.tangent(call); }) {
    return op.tangent(call);
  } else {
    return false;
  }
}
template <class Op, class T>
bool curvature(const Op& op, const Call<T>& call) {
  if constexpr (requires { op.curvature(call); }) {
    return op.curvature(call);
  } else {
    return false;
  }
}

template <class Op, class T, std::size_t N>
class Fixed final : public Operation<T> {
  static_assert(N <= 3, "more than three inputs: use record_all");

 public:
  explicit Fixed(Op op) : Operation<T>(traits<Op, T>()), op_(std::move(op)) {}

  std::string name() const override { return Op::name; }

  void derivative(const Call<T>& call) const override {
    derivative(call, std::make_index_sequence<N>());
  }

  bool backward(const Call<T>& call) const override {
    return backward(call, std::make_index_sequence<N>());
  }

  bool tangent(const Call<T>& call) const override {
    if constexpr (kLinear<Op>) {
      static_assert(N == 1, "several inputs: use record_all");
      call.set_tangent(of_tangent(call));
      return true;
    } else {
      return recording::tangent(op_, call);
    }
  }
  bool curvature(const Call<T>& call) const override { return recording::curvature(op_, call); }

  Array<T> view(const Array<T>& x) const override {
    if constexpr (kView<Op, T>) {
      return op_.view(x);
    } else {
      return x;
    }
  }
  Index first(const Shape& x) const override {
    if constexpr (requires { op_.first(x); }) {
      return op_.first(x);
    } else {
      return Operation<T>::first(x);
    }
  }

 private:
  template <std::size_t... I>
  void derivative(const Call<T>& call, std::index_sequence<I...>) const {
    if constexpr (requires {
                    op_.derivative(call.var(I)..., call.y_var(), call.dy_var(), call.into(I)...);
                  }) {
      op_.derivative(call.var(I)..., call.y_var(), call.dy_var(), call.into(I)...);
    } else {
      fail_without_rule();
    }
  }

  // A linear op of the tangent is the tangent of the op.
  Array<T> of_tangent(const Call<T>& call) const {
    if constexpr (kView<Op, T>) {
      return op_.view(*call.tangent(0));
    } else {
      Array<T> y = Array<T>::uninitialized(call.y().shape(), call.tangent_part(0)->pool());
      op_.forward(kTakesParts<Op> ? *call.tangent_part(0) : *call.tangent(0), y);
      return y;
    }
  }

  template <std::size_t... I>
  bool backward(const Call<T>& call, std::index_sequence<I...>) const {
    if constexpr (requires {
                    op_.backward(call.array(I)..., call.y(), call.dy(), call.into(I)...);
                  }) {
      op_.backward(input<Op>(call, I)..., call.y(), call.dy(), call.into(I)...);
      return true;
    } else {
      return false;
    }
  }

  Op op_;
};

template <class Op, class T>
class Variadic final : public Operation<T> {
 public:
  explicit Variadic(Op op) : Operation<T>(traits<Op, T>()), op_(std::move(op)) {}
  std::string name() const override { return Op::name; }
  void derivative(const Call<T>& call) const override {
    if constexpr (requires { op_.derivative(call); }) {
      op_.derivative(call);
    } else {
      fail_without_rule();
    }
  }
  bool tangent(const Call<T>& call) const override {
    if constexpr (kLinear<Op>) {
      call.with_tangents([&](std::span<const Var<T>> xs) {
        Array<T> y = Array<T>::uninitialized(call.y().shape(), xs[0].tape().pool());
        op_.forward(xs, y);
        call.set_tangent(std::move(y));
      });
      return true;
    } else {
      return recording::tangent(op_, call);
    }
  }
  bool curvature(const Call<T>& call) const override { return recording::curvature(op_, call); }
  bool backward(const Call<T>& call) const override {
    if constexpr (requires { op_.backward(call); }) {
      op_.backward(call);
      return true;
    } else {
      return false;
    }
  }

 private:
  Op op_;
};

// Puts the operation on the tape; one without state is shared by all its uses.
template <class Recorded, class Op, class T>
Var<T> push(Tape<T>& tape, Op&& op, Array<T>&& y, std::span<const Var<T>> inputs,
            const Site& site) {
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

// Ends the time of an op whose result is on the tape; a view has no memory of its own.
template <class Op, class T>
Var<T> finished(Span& span, Tape<T>& tape, const Var<T>& y, std::span<const Var<T>> inputs,
                bool is_view = false) {
  if (tape.detects_anomalies() && !is_view) refuse_anomaly(Op::name, y, inputs);
  if (!span) return y;
  const Node<T>& node = tape.node(y);
  const std::size_t bytes = is_view ? 0 : node.value.values().size_bytes();
  span.done(Op::name, Direction::forward, node.value.shape(), bytes, node.site);
  return y;
}

}  // namespace recording

/// Computes `op` of one to three inputs and records it. Throws `Error`, prefixed with the op's
/// name and followed by `site`, for what the op's `shape` refuses.
template <class Op, class T, std::same_as<Var<T>>... Rest>
Var<T> record(Op op, const Site& site, const Var<T>& first, const Rest&... rest) {
  using Recorded = recording::Fixed<Op, T, 1 + sizeof...(Rest)>;
  try {
    Tape<T>& tape = first.tape();
    Span span(tape.track());
    const std::array<Var<T>, 1 + sizeof...(Rest)> inputs{first, rest...};
    Array<T> y;
    if constexpr (recording::kView<Op, T>) {
      static_cast<void>(op.shape(first.shape()));
      y = op.view(tape.value(first));
    } else {
      y = Array<T>::uninitialized(op.shape(tape.part(first).shape(), tape.part(rest).shape()...),
                                  tape.pool());
      op.forward(recording::input<Op>(tape, first), recording::input<Op>(tape, rest)..., y);
    }
    const Var<T> pushed = recording::push<Recorded>(tape, std::move(op), std::move(y),
                                                    std::span<const Var<T>>(inputs), site);
    return recording::finished<Op>(span, tape, pushed, std::span<const Var<T>>(inputs),
                                   recording::kView<Op, T>);
  } catch (const Error& error) {
    throw located(Op::name, error, site);
  }
}

/// The same for an op of any number of inputs, at least one.
template <class Op, class T>
Var<T> record_all(Op op, const Site& site, std::span<const Var<T>> inputs) {
  using Recorded = recording::Variadic<Op, T>;
  try {
    if (inputs.empty()) fail("no inputs; need at least one");
    Tape<T>& tape = inputs[0].tape();
    Span span(tape.track());
    for (const Var<T>& input : inputs) static_cast<void>(tape.value(input));
    Array<T> y = Array<T>::uninitialized(op.shape(inputs), tape.pool());
    op.forward(inputs, y);
    const Var<T> pushed =
        recording::push<Recorded>(tape, std::move(op), std::move(y), inputs, site);
    return recording::finished<Op>(span, tape, pushed, inputs);
  } catch (const Error& error) {
    throw located(Op::name, error, site);
  }
}

}  // namespace engram
