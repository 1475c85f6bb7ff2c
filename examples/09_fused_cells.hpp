// Two recurrent cells, each from primitives and with the gates of a step fused.
#pragma once

#include "engram/engram.hpp"
#include "engram/ops/elementwise/fused.hpp"

namespace engram::fused_cells {

inline constexpr auto kReset = [](auto r, auto h) { return sigmoid(r) * h; };
inline constexpr auto kUpdate = [](auto z, auto h, auto g) {
  const auto keep = sigmoid(z);
  return keep * h + (1 - keep) * tanh(g);
};

/// The gated recurrent unit (K. Cho et al., 2014): the reset gate r decides what of the state the
/// candidate g sees, the update gate z what of the state stays. x [T, B, in] -> [T, B, H].
template <class T>
struct Gru {
  using value_type = T;

  Gru(Index input, Index hidden, Random& random)
      : w_ih(nn::uniform_parameter<T>({input, 3 * hidden}, hidden, random)),
        b(nn::uniform_parameter<T>({3 * hidden}, hidden, random)),
        w_hrz(nn::uniform_parameter<T>({hidden, 2 * hidden}, hidden, random)),
        w_hg(nn::uniform_parameter<T>({hidden, hidden}, hidden, random)) {}

  Var<T> operator()(const Var<T>& x, bool fuse) const {
    Tape<T>& tape = x.tape();
    const Index hidden = w_hg.shape()[0];
    auto projected = affine(x, tape.read(w_ih), tape.read(b));  // all steps at once
    const auto w_gates = tape.read(w_hrz), w_candidate = tape.read(w_hg);
    Var<T> h = tape.constant(Array<T>({x.extent(1), hidden}));
    return nn::over_time(std::move(projected), [&](const Var<T>& projection) {
      const auto x_gates = slice(projection, 1, 0, 2 * hidden);
      const auto x_candidate = slice(projection, 1, 2 * hidden, 3 * hidden);
      const auto [r, z] = split<2>(affine(h, w_gates, x_gates));
      if (fuse) {
        const auto g = affine(fused(kReset)(r, h), w_candidate, x_candidate);
        h = fused(kUpdate)(z, h, g);
      } else {
        const auto g = affine(sigmoid(r) * h, w_candidate, x_candidate);
        const auto keep = sigmoid(z);
        h = keep * h + (1 - keep) * tanh(g);
      }
      return h;
    });
  }

  void visit(auto&& f) { f("w_ih", w_ih), f("b", b), f("w_hrz", w_hrz), f("w_hg", w_hg); }

  Param<T> w_ih, b, w_hrz, w_hg;
};

// [expressions]
inline constexpr auto kCellState = [](auto f, auto i, auto g, auto c, auto p_f, auto p_i) {
  return sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g);
};
inline constexpr auto kHiddenState = [](auto o, auto c, auto p_o) {
  return sigmoid(o + p_o * c) * tanh(c);
};
// [end expressions]

/// An LSTM whose gates also see the cell state, through peepholes: a weight [H] for each gate
/// (F. Gers and J. Schmidhuber, 2000, "Recurrent nets that time and count").
/// x [T, B, in] -> [T, B, H].
template <class T>
struct PeepholeLstm {
  using value_type = T;

  PeepholeLstm(Index input, Index hidden, Random& random)
      : w_ih(nn::uniform_parameter<T>({input, 4 * hidden}, hidden, random)),
        w_hh(nn::uniform_parameter<T>({hidden, 4 * hidden}, hidden, random)),
        b(nn::uniform_parameter<T>({4 * hidden}, hidden, random)),
        peephole_f(nn::uniform_parameter<T>({hidden}, hidden, random)),
        peephole_i(nn::uniform_parameter<T>({hidden}, hidden, random)),
        peephole_o(nn::uniform_parameter<T>({hidden}, hidden, random)) {}

  Var<T> operator()(const Var<T>& x, bool fuse) const {
    Tape<T>& tape = x.tape();
    auto projected = affine(x, tape.read(w_ih), tape.read(b));  // all steps at once
    const auto recurrent = tape.read(w_hh);
    const auto p_f = tape.read(peephole_f), p_i = tape.read(peephole_i),
               p_o = tape.read(peephole_o);
    Var<T> h = tape.constant(Array<T>({x.extent(1), w_hh.shape()[0]})), c = h;
    return nn::over_time(std::move(projected), [&](const Var<T>& projection) {
      const auto [f, i, g, o] = split<4>(affine(h, recurrent, projection));
      if (fuse) {
        // [fused]
        c = fused(kCellState)(f, i, g, c, p_f, p_i);
        h = fused(kHiddenState)(o, c, p_o);
        // [end fused]
      } else {
        // [primitives]
        c = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g);
        h = sigmoid(o + p_o * c) * tanh(c);
        // [end primitives]
      }
      return h;
    });
  }

  void visit(auto&& f) {
    f("w_ih", w_ih), f("w_hh", w_hh), f("b", b);
    f("peephole_f", peephole_f), f("peephole_i", peephole_i), f("peephole_o", peephole_o);
  }

  Param<T> w_ih, w_hh, b, peephole_f, peephole_i, peephole_o;
};

}  // namespace engram::fused_cells
