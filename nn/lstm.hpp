// Lstm: long short-term memory, written as its equations.
//
//   f = σ(x W_if + h' W_hf + b_f)      what of the old cell state to keep
//   i = σ(x W_ii + h' W_hi + b_i)      what of the new to write
//   g = tanh(x W_ig + h' W_hg + b_g)   the new
//   o = σ(x W_io + h' W_ho + b_o)      what of it to show
//   c = f ⊙ c' + i ⊙ g
//   h = o ⊙ tanh(c)
//
// The four weight matrices of an equation group stand side by side in one, in the order f i g o.
// Source: S. Hochreiter and J. Schmidhuber (1997), "Long short-term memory"; the forget gate is
// from F. Gers, J. Schmidhuber and F. Cummins (2000), "Learning to forget".
#pragma once

#include <array>
#include <span>

#include "engram/core/within.hpp"
#include "engram/nn/init.hpp"
#include "engram/nn/lstm_cell.hpp"
#include "engram/nn/recurrent.hpp"
#include "engram/nn/state.hpp"
#include "engram/ops/ops.hpp"

namespace engram::nn {

/// One layer: w_ih [in, 4H], w_hh [H, 4H], b [4H], uniform in ±1/√H at first, except that the
/// forget gate begins open (R. Jozefowicz, W. Zaremba and I. Sutskever, 2015).
template <class T>
class LstmLayer {
 public:
  using value_type = T;

  LstmLayer(Index input, const RecurrentOptions& options, Random& random)
      : w_ih(uniform_parameter<T>({input, 4 * options.hidden}, options.hidden, random)),
        w_hh(uniform_parameter<T>({options.hidden, 4 * options.hidden}, options.hidden, random)),
        b(uniform_parameter<T>({4 * options.hidden}, options.hidden, random)),
        options_(options) {
    std::fill_n(b.edit(), options.hidden, static_cast<T>(options.forget_bias));
  }

  /// x [T, B, in], h and c [B, H] -> the outputs [T, B, H]; h and c become those of the last step.
  Var<T> operator()(const Var<T>& x, Var<T>& h, Var<T>& c) const {
    const Weights weights{w_ih, w_hh, b};
    std::array state{h, c};
    const auto again = [weights, fused = options_.fused](const Var<T>& part,
                                                         std::span<Var<T>> from) {
      return run(weights, fused, part, from[0], from[1]);
    };
    const Var<T> y =
        over_segments(x, std::span<Var<T>>(state), segment_steps(options_, x, kNumbers), again);
    h = state[0];
    c = state[1];
    return y;
  }

  void visit(auto&& f) {
    f("w_ih", w_ih);
    f("w_hh", w_hh);
    f("b", b);
  }

  Param<T> w_ih, w_hh, b;

 private:
  struct Weights {
    ParamRef<T> w_ih, w_hh, b;
  };

  static Var<T> run(const Weights& weights, bool fused, const Var<T>& x, Var<T>& h, Var<T>& c) {
    Tape<T>& tape = x.tape();
    // All steps at once.
    Var<T> projected = affine(x, tape.read(weights.w_ih), tape.read(weights.b));
    const Var<T> recurrent = tape.read(weights.w_hh);
    if (fused) {
      return over_time(std::move(projected), [&](const Var<T>& projection) {
        const auto [f, i, g, o] = split<4>(affine(h, recurrent, projection));
        c = fused_cell_state(f, i, g, c);
        h = fused_hidden_state(o, c);
        return h;
      });
    }
    // [step]
    return over_time(std::move(projected), [&](const Var<T>& projection) {
      const auto [f, i, g, o] = split<4>(affine(h, recurrent, projection));
      c = sigmoid(f) * c + sigmoid(i) * tanh(g);
      h = sigmoid(o) * tanh(c);
      return h;
    });
    // [end step]
  }

  // Numbers a step, lane and unit that are there at most while a segment is computed again.
  static constexpr Index kNumbers = 16;

  RecurrentOptions options_;
};

/// Stacked layers: the outputs of one are the inputs of the next.
template <class T>
class Lstm {
 public:
  using value_type = T;
  using State = LstmState<Var<T>>;

  Lstm(const RecurrentOptions& options, Random& random)
      : layers(make_layers<LstmLayer<T>>(options, random)), options_(options) {}

  struct Output {
    Var<T> y;     ///< [T, B, H], the last layer's h
    State state;  ///< h and c of all layers after the last step
  };

  /// x [T, B, in]; an empty state is zeros. Dropout between layers is drawn from `dropout`: see
  /// `DropoutSource`. Throws `Error` for sizes that do not fit, no steps, or a dropout that has no
  /// source.
  Output operator()(const Var<T>& x, State state = {}, const DropoutSource& dropout = {},
                    Site site = Site::current()) const {
    return within("recurrent network", x, site, [&]() -> Output {
      check_input(x, options_);
      if (state.empty()) state = {zero_state(x, options_), zero_state(x, options_)};
      check_state("h", state.h, x, options_);
      check_state("c", state.c, x, options_);
      check_dropout(x, options_, dropout);
      Var<T> y = x;
      for (std::size_t k = 0; k < layers.size(); ++k) {
        y = layers[k](between_layers(y, k, options_, dropout), state.h[k], state.c[k]);
      }
      return {y, std::move(state)};
    });
  }

  void visit(auto&& f) { f("layer", layers); }

  std::vector<LstmLayer<T>> layers;

 private:
  RecurrentOptions options_;
};

}  // namespace engram::nn
