// Rnn: the plain recurrent network, h = tanh(x w_ih + h' w_hh + b).
#pragma once

#include <span>

#include "engram/core/within.hpp"
#include "engram/nn/init.hpp"
#include "engram/nn/recurrent.hpp"
#include "engram/nn/state.hpp"
#include "engram/ops/ops.hpp"

namespace engram::nn {

/// One layer: w_ih [in, H], w_hh [H, H], b [H], uniform in ±1/√H at first.
template <class T>
class RnnLayer {
 public:
  using value_type = T;

  RnnLayer(Index input, const RecurrentOptions& options, Random& random)
      : w_ih(uniform_parameter<T>({input, options.hidden}, options.hidden, random)),
        w_hh(uniform_parameter<T>({options.hidden, options.hidden}, options.hidden, random)),
        b(uniform_parameter<T>({options.hidden}, options.hidden, random)),
        options_(options) {}

  /// x [T, B, in] and h [B, H] -> the outputs [T, B, H]; h becomes the last of them.
  Var<T> operator()(const Var<T>& x, Var<T>& h) const {
    const Weights weights{w_ih, w_hh, b};
    return over_segments(x, std::span(&h, 1), segment_steps(options_, x, kNumbers),
                         [weights](const Var<T>& part, std::span<Var<T>> state) {
                           return run(weights, part, state[0]);
                         });
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

  static Var<T> run(const Weights& weights, const Var<T>& x, Var<T>& h) {
    Tape<T>& tape = x.tape();
    // All steps at once.
    Var<T> projected = affine(x, tape.read(weights.w_ih), tape.read(weights.b));
    const Var<T> recurrent = tape.read(weights.w_hh);
    return over_time(std::move(projected), [&](const Var<T>& projection) {
      h = tanh(affine(h, recurrent, projection));
      return h;
    });
  }

  // Numbers a step, lane and unit that are there at most while a segment is computed again.
  static constexpr Index kNumbers = 6;

  RecurrentOptions options_;
};

/// Stacked layers (J. Elman, 1990, "Finding structure in time").
template <class T>
class Rnn {
 public:
  using value_type = T;
  using State = RnnState<Var<T>>;

  Rnn(const RecurrentOptions& options, Random& random)
      : layers(make_layers<RnnLayer<T>>(options, random)), options_(options) {}

  struct Output {
    Var<T> y;     ///< [T, B, H], the last layer's
    State state;  ///< after the last step
  };

  /// x [T, B, in]; an empty state is zeros. Dropout between layers is drawn from `dropout`: see
  /// `DropoutSource`. Throws `Error` for sizes that do not fit, no steps, or a dropout that has no
  /// source.
  Output operator()(const Var<T>& x, State state = {}, const DropoutSource& dropout = {},
                    Site site = Site::current()) const {
    return within("recurrent network", x, site, [&]() -> Output {
      check_input(x, options_);
      if (state.empty()) state.h = zero_state(x, options_);
      check_state("h", state.h, x, options_);
      check_dropout(x, options_, dropout);
      Var<T> y = x;
      for (std::size_t k = 0; k < layers.size(); ++k) {
        y = layers[k](between_layers(y, k, options_, dropout), state.h[k]);
      }
      return {y, std::move(state)};
    });
  }

  void visit(auto&& f) { f("layer", layers); }

  std::vector<RnnLayer<T>> layers;

 private:
  RecurrentOptions options_;
};

}  // namespace engram::nn
