// Going along an axis step by step, for the ops in which each entry follows from the one before.
#pragma once

#include <algorithm>
#include <array>

#include "engram/core/var.hpp"

namespace engram::kernels {

/// f(offset of the first, step) for every line of elements along an axis.
template <class F>
void each_line(const Shape& shape, int axis, F&& f) {
  const Index n = shape[axis], outer = shape.axes(0, axis).size();
  const Index inner = shape.axes(axis + 1, shape.rank()).size();
  for (Index o = 0; o < outer; ++o) {
    for (Index k = 0; k < inner; ++k) f(o * n * inner + k, inner);
  }
}

/// y = f(state, x...) along an axis, from the last to the first where `reverse`, with a state for
/// each line that is `first` at its begin: recursions in double or better.
template <class T, class State, class F, class... More>
void scan_with(const Array<T>& x, int axis, bool reverse, Array<T>& y, const State& first,
               const F& f, const More&... more) {
  // As many lines side by side as lie in a cache line of y, so that each is fetched once.
  constexpr Index kLines = 64 / sizeof(T);
  const Index n = x.extent(axis), outer = x.shape().axes(0, axis).size();
  const Index inner = x.shape().axes(axis + 1, x.rank()).size();
  T* to = y.edit();
  for (Index o = 0; o < outer; ++o) {
    for (Index begin = 0; begin < inner; begin += kLines) {
      const Index lines = (std::min)(kLines, inner - begin);
      std::array<State, kLines> states;
      states.fill(first);
      for (Index step = 0; step < n; ++step) {
        const Index at = (o * n + (reverse ? n - 1 - step : step)) * inner + begin;
        for (Index k = 0; k < lines; ++k) {
          State& state = states[static_cast<std::size_t>(k)];
          to[at + k] = static_cast<T>(f(state, x[at + k], more[at + k]...));
        }
      }
    }
  }
}

/// `linear_recurrence` in which a state of 0 stays 0 whatever a: for derivatives, which go from
/// what has no influence to what comes before it.
template <class T>
Var<T> strong_recurrence(const Var<T>& a, const Var<T>& b, int axis, bool reverse);

}  // namespace engram::kernels
