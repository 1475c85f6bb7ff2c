// What stands on a tape for an op: the plain struct behind the interface of `Operation`. Internal:
// `record` (core/record.hpp) makes these.
#pragma once

#include <span>
#include <type_traits>
#include <utility>

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
  static_assert(N <= 6, "more than six inputs: use record_all");

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

}  // namespace recording
}  // namespace engram
