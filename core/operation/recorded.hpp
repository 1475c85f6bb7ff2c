// What stands on a tape for an op: the plain struct behind the interface of `Operation`. Internal:
// `record` (core/record.hpp) makes these.
#pragma once

#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "engram/core/operation/scratch.hpp"
#include "engram/core/tape.hpp"

namespace engram {
namespace recording {

/// Whether the kernels of an op can read and write arrays whose elements lie apart.
template <class Op>
inline constexpr bool kTakesStrided = requires {
  requires Op::takes_strided;
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
const Array<T>& input(const Call<Array<T>>& call, std::size_t k) {
  if (!(needs<Op>() & needs_input(k))) return call.unread(k);
  if constexpr (kTakesStrided<Op>) {
    return call.strided(k);
  } else {
    return call.x(k);
  }
}
template <class Op, class T>
const Array<T>& input(Tape<T>& tape, const Var<T>& x) {
  if constexpr (kTakesStrided<Op>) {
    return tape.strided(x);
  } else {
    return tape.value(x);
  }
}

template <class Op>
inline constexpr bool kView = requires(const Op& op, const Shape& x) {
  op.view(x);
};

template <class Op>
inline constexpr bool kLinear = requires {
  requires Op::linear;
};

template <class Op, class T>
constexpr Traits traits() {
  Traits out;
  if constexpr (kView<Op>) out.result = kTakesStrided<Op> ? Result::strided : Result::window;
  if constexpr (requires { Op::passes; }) out.passes = Op::passes;
  out.needs = needs<Op>();
  out.linear = kLinear<Op>;
  if constexpr (requires { Op::linear_rule; }) out.linear_rule = Op::linear_rule;
  return out;
}

// Whether an op has a member of a name, whatever its parameters: then two of them are ambiguous.
struct NamesDerivative {
  void derivative();
};
struct NamesBackward {
  void backward();
};
template <class Op, class Name>
struct Both : Op, Name {};
template <class Op>
inline constexpr bool kNamesDerivative = !requires {
  &Both<Op, NamesDerivative>::derivative;
};
template <class Op>
inline constexpr bool kNamesBackward = !requires {
  &Both<Op, NamesBackward>::backward;
};

[[noreturn]] inline void fail_without_rule() {
  fail(
      "this op has only a kernel for its first derivative, so it has no second one and none in "
      "forward mode; write its `derivative` in Vars");
}

template <class Op, class T>
bool tangent(const Op& op, const Call<Array<T>>& call) {
  if constexpr (requires { op.tangent(call); }) {
    return op.tangent(call);
  } else {
    return false;
  }
}
template <class Op, class T>
bool curvature(const Op& op, const Call<Array<T>>& call) {
  if constexpr (requires { op.curvature(call); }) {
    return op.curvature(call);
  } else {
    return false;
  }
}

// Whether the rule and the kernel take a `Call`, whatever the number of inputs.
template <class Op, class T>
inline constexpr bool kRuleOfCall = requires(const Op& op, const Call<Var<T>>& call) {
  op.derivative(call);
};
template <class Op, class T>
inline constexpr bool kKernelOfCall = requires(const Op& op, const Call<Array<T>>& call) {
  op.backward(call);
};

template <class Op, class T, std::size_t N>
class Fixed final : public Operation<T> {
  static_assert(N <= 6, "more than six inputs: use record_all");

 public:
  explicit Fixed(Op op) : Operation<T>(traits<Op, T>()), op_(std::move(op)) {
    static_assert(has_rule(kInputs) || kRuleOfCall<Op, T> || !kNamesDerivative<Op>,
                  "derivative takes a Var<T> for each input, for y and for dy, and an "
                  "Into<Var<T>> for each input");
    static_assert(has_kernel(kInputs) || kKernelOfCall<Op, T> || !kNamesBackward<Op>,
                  "backward takes a const Array<T>& for each input, for y and for dy, and an "
                  "Into<Array<T>> for each input");
  }

  std::string name() const override { return Op::name; }

  void derivative(const Call<Var<T>>& call) const override { derivative(call, kInputs); }

  bool backward(const Call<Array<T>>& call) const override { return backward(call, kInputs); }

  bool tangent(const Call<Array<T>>& call) const override {
    if constexpr (kLinear<Op>) {
      static_assert(N == 1, "several inputs: use record_all");
      call.set_tangent(of_tangent(call));
      return true;
    } else {
      return recording::tangent(op_, call);
    }
  }
  bool curvature(const Call<Array<T>>& call) const override {
    return recording::curvature(op_, call);
  }

  View view(const Shape& x) const override {
    if constexpr (kView<Op>) {
      return op_.view(x);
    } else {
      return Operation<T>::view(x);
    }
  }

 private:
  static constexpr std::make_index_sequence<N> kInputs{};

  template <std::size_t... K>
  static constexpr bool has_rule(std::index_sequence<K...>) {
    return requires(const Op& op, const Call<Var<T>>& call) {
      op.derivative(call.x(K)..., call.y, call.dy, call.into(K)...);
    };
  }
  template <std::size_t... K>
  static constexpr bool has_kernel(std::index_sequence<K...>) {
    return requires(const Op& op, const Call<Array<T>>& call) {
      op.backward(call.x(K)..., call.y(), call.dy(), call.into(K)...);
    };
  }

  template <std::size_t... K>
  void derivative(const Call<Var<T>>& call, std::index_sequence<K...> inputs) const {
    if constexpr (kRuleOfCall<Op, T>) {
      op_.derivative(call);
    } else if constexpr (has_rule(inputs)) {
      op_.derivative(call.x(K)..., call.y, call.dy, call.into(K)...);
    } else {
      fail_without_rule();
    }
  }

  // A linear op of the tangent is the tangent of the op.
  Array<T> of_tangent(const Call<Array<T>>& call) const {
    if constexpr (kView<Op>) {
      return call.tangent(0)->view(op_.view(call.unread(0).shape()));
    } else {
      Array<T> y = Array<T>::uninitialized(call.y().shape(), call.strided_tangent(0)->pool());
      op_.forward(kTakesStrided<Op> ? *call.strided_tangent(0) : *call.tangent(0), y);
      return y;
    }
  }

  template <std::size_t... K>
  bool backward(const Call<Array<T>>& call, std::index_sequence<K...> inputs) const {
    if constexpr (kKernelOfCall<Op, T>) {
      op_.backward(call);
      return true;
    } else if constexpr (has_kernel(inputs)) {
      op_.backward(input<Op>(call, K)..., call.y(), call.dy(), call.into(K)...);
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
  explicit Variadic(Op op) : Operation<T>(traits<Op, T>()), op_(std::move(op)) {
    static_assert(kRuleOfCall<Op, T> || !kNamesDerivative<Op>,
                  "derivative takes a const Call<Var<T>>&");
    static_assert(kKernelOfCall<Op, T> || !kNamesBackward<Op>,
                  "backward takes a const Call<Array<T>>&");
  }
  std::string name() const override { return Op::name; }
  void derivative(const Call<Var<T>>& call) const override {
    if constexpr (kRuleOfCall<Op, T>) {
      op_.derivative(call);
    } else {
      fail_without_rule();
    }
  }
  bool tangent(const Call<Array<T>>& call) const override {
    if constexpr (kLinear<Op>) {
      call.set_tangent(of_tangents(call));
      return true;
    } else {
      return recording::tangent(op_, call);
    }
  }
  bool curvature(const Call<Array<T>>& call) const override {
    return recording::curvature(op_, call);
  }
  bool backward(const Call<Array<T>>& call) const override {
    if constexpr (kKernelOfCall<Op, T>) {
      op_.backward(call);
      return true;
    } else {
      return false;
    }
  }

 private:
  // A linear op of the tangents is the tangent of the op.
  Array<T> of_tangents(const Call<Array<T>>& call) const {
    const Scratch<T> scratch(call.tape());
    std::vector<Var<T>> xs;
    for (std::size_t k = 0; k < call.inputs(); ++k) {
      const Array<T>* x = call.tangent(k);
      xs.push_back(call.tape().constant(x ? *x : Array<T>(call.unread(k).shape())));
    }
    Array<T> y = Array<T>::uninitialized(call.y().shape(), call.tape().pool());
    op_.forward(std::span<const Var<T>>(xs), y);
    return y;
  }

  Op op_;
};

}  // namespace recording
}  // namespace engram
