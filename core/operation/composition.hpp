// composed_gradients: the derivative rule of an operation that could be written as others.
#pragma once

#include <span>
#include <vector>

#include "engram/core/record.hpp"

namespace engram {

/// x as an input of its own: what is differentiated by it goes no further, to what x was made of,
/// although its own gradient does.
struct Apart {
  static constexpr auto name = "apart";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  static Shape shape(const Shape& x) { return x; }
  static View view(const Shape& x) { return {x}; }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += dy;
  }
};

/// The gradients of <f(xs), dy> by each of `xs`, for the rule of an operation that computes
/// f(xs) in a faster way: `f` takes a `std::span<const Var<T>>` and is written in other operations.
/// Where the rule is recorded so are they, which gives derivatives of any order. An x may have been
/// made of another: these are partial derivatives. The Var of an input whose gradient nobody needs
/// holds no value.
template <class T, class F>
std::vector<Var<T>> composed_gradients(const F& f, std::span<const Var<T>> xs, const Var<T>& dy) {
  Tape<T>& tape = dy.tape();
  const bool record = tape.recording();
  const RecordIf<T> recording(tape, true);
  std::vector<Var<T>> inputs, targets;
  for (const Var<T>& x : xs) {
    inputs.push_back(record ? engram::record(Apart{}, Site::current(), x)
                            : tape.variable(x.value()));
    if (tape.node(inputs.back()).needs_gradient) targets.push_back(inputs.back());
  }
  const auto gradients =
      tape.gradients(f(std::span<const Var<T>>(inputs)), std::span<const Var<T>>(targets),
                     {.seed = dy, .record = record});
  std::vector<Var<T>> out(xs.size());
  for (std::size_t k = 0, at = 0; k < xs.size(); ++k) {
    if (tape.node(inputs[k]).needs_gradient) out[k] = gradients[at++];
  }
  return out;
}
template <class T, class F>
std::vector<Var<T>> composed_gradients(const F& f, std::initializer_list<Var<T>> xs,
                                       const Var<T>& dy) {
  return composed_gradients(f, std::span<const Var<T>>(xs.begin(), xs.size()), dy);
}

}  // namespace engram
