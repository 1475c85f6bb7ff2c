// The LSTM exactly as it stands in the books: [h, x] joined, four weight matrices, six equations.
// `nn::Lstm` is the same function with the matrices side by side and the input's part of all
// products taken at once; a test holds the two together.
#pragma once

#include "engram/engram.hpp"

namespace engram::by_hand {

/// One layer: each W is [H + in, H] and multiplies [h, x] from the right; each b is [H].
template <class T>
struct Lstm {
  using value_type = T;
  Param<T> w_f, w_i, w_c, w_o, b_f, b_i, b_c, b_o;

  struct State {
    Var<T> h, c;  ///< [B, H]
  };

  /// One step: x [B, in] and the state before it -> the state after it.
  // [equations]
  State step(const Var<T>& x, const State& before) const {
    Tape<T>& tape = x.tape();
    const auto hx = concat({before.h, x}, 1);                                  // [h, x]
    const auto f = sigmoid(matmul(hx, tape.read(w_f)) + tape.read(b_f));       // forget gate
    const auto i = sigmoid(matmul(hx, tape.read(w_i)) + tape.read(b_i));       // input gate
    const auto candidate = tanh(matmul(hx, tape.read(w_c)) + tape.read(b_c));  // C̃
    const auto c = f * before.c + i * candidate;                               // cell state
    const auto o = sigmoid(matmul(hx, tape.read(w_o)) + tape.read(b_o));       // output gate
    const auto h = o * tanh(c);                                                // hidden state
    return {h, c};
  }
  // [end equations]

  void visit(auto&& f) {
    f("w_f", w_f), f("w_i", w_i), f("w_c", w_c), f("w_o", w_o);
    f("b_f", b_f), f("b_i", b_i), f("b_c", b_c), f("b_o", b_o);
  }
};

/// Columns [begin, begin + count) of a matrix or vector.
template <class T>
Array<T> columns(const Array<T>& x, Index begin, Index count) {
  Tape<T> tape;
  return slice(tape.constant(x), -1, begin, begin + count).value();
}

/// The weights of a layer of `nn::Lstm`, in the form of the books.
template <class T>
Lstm<T> taken_apart(const nn::LstmLayer<T>& layer) {
  const Index hidden = layer.w_hh.shape()[0];
  const auto w = [&](Index gate) {
    Tape<T> tape;
    const auto of_h = tape.constant(columns(layer.w_hh.value(), gate * hidden, hidden));
    const auto of_x = tape.constant(columns(layer.w_ih.value(), gate * hidden, hidden));
    return Param<T>(concat({of_h, of_x}, 0).value());
  };
  const auto b = [&](Index gate) {
    return Param<T>(columns(layer.b.value(), gate * hidden, hidden));
  };
  return {w(0), w(1), w(2), w(3), b(0), b(1), b(2), b(3)};
}

}  // namespace engram::by_hand
