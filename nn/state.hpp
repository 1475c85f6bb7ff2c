// State: what a recurrent layer carries from one call to the next.
#pragma once

#include <type_traits>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram::nn {

/// The state of a plain RNN: h [B, H] of each layer. V is `Var<T>` on a tape, `Array<T>` off it.
template <class V>
struct RnnState {
  std::vector<V> h;

  bool empty() const { return h.empty(); }
  template <class F>
  auto map(F&& f) const {
    return RnnState<std::invoke_result_t<F, const V&>>{mapped(h, f)};
  }

  template <class F>
  static auto mapped(const std::vector<V>& from, F&& f) {
    std::vector<std::invoke_result_t<F, const V&>> to;
    to.reserve(from.size());
    for (const V& v : from) to.push_back(f(v));
    return to;
  }
};

/// The state of an LSTM: the hidden state h and the cell state c [B, H] of each layer.
template <class V>
struct LstmState {
  std::vector<V> h, c;

  bool empty() const { return h.empty(); }
  template <class F>
  auto map(F&& f) const {
    using U = std::invoke_result_t<F, const V&>;
    return LstmState<U>{RnnState<V>::mapped(h, f), RnnState<V>::mapped(c, f)};
  }
};

/// The numbers of a state: they stay when the tape is cleared.
template <template <class> class State, class T>
State<Array<T>> values(const State<Var<T>>& state) {
  return state.map([](const Var<T>& v) { return v.value(); });
}

/// A kept state brought onto a tape, as constants: the next chunk of truncated backpropagation
/// through time begins with it (R. Williams and J. Peng, 1990).
template <template <class> class State, class T>
State<Var<T>> on(Tape<T>& tape, const State<Array<T>>& state) {
  return state.map([&](const Array<T>& v) { return tape.constant(v); });
}

/// The same state with its history cut off, on the same tape.
template <template <class> class State, class T>
State<Var<T>> detach(const State<Var<T>>& state) {
  return state.map([](const Var<T>& v) { return engram::detach(v); });
}

}  // namespace engram::nn
