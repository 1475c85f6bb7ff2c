// What recurrent layers share: options, checks, the loop over time.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "engram/core/checkpoint.hpp"
#include "engram/core/loops/row_blocks.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/ops.hpp"

namespace engram::nn {

struct RecurrentOptions {
  Index input, hidden;
  Index layers = 1;
  double dropout = 0;      ///< between layers, while training: see `DropoutSource`
  double forget_bias = 1;  ///< LSTM only: the forget gate's bias at first
  bool fused = false;      ///< LSTM only: the gates as two operations (ops/elementwise/fused.hpp)
  /// Keep only the outputs, and the state at every so many steps; compute the rest again for the
  /// gradient (`over_segments`). 0: keep all.
  Index checkpoint_steps = 0;
  /// The same by the bytes that the steps under way may take, in each layer. 0: no limit.
  Index checkpoint_bytes = 0;
};

/// Says that there is to be no dropout, although the options have some: evaluation that is
/// recorded.
struct NoDropout {};
inline constexpr NoDropout no_dropout;

/// Where a network with dropout draws it from: `&random` while training; `no_dropout`, or nothing
/// where nothing is recorded (`NoRecord`), for evaluation. Nothing where operations are recorded is
/// an `Error`: it would train without the dropout that the options ask for.
class DropoutSource {
 public:
  DropoutSource() = default;
  DropoutSource(Random* random) : random_(random) {}  // null: nothing said
  DropoutSource(NoDropout) : is_off_(true) {}

  Random* random() const { return random_; }
  bool is_off() const { return is_off_; }

 private:
  Random* random_ = nullptr;
  bool is_off_ = false;
};

/// The steps of a segment of x [T, B, ...]: `checkpoint_steps`, or as many as fit into
/// `checkpoint_bytes` (at least one) when a step keeps `numbers` values and gradients for each lane
/// and unit; 0 for all. Of whole blocks of rows where so many fit (core/loops/row_blocks.hpp).
template <class T>
Index segment_steps(const RecurrentOptions& options, const Var<T>& x, Index numbers) {
  const Index batch = x.extent(1);
  const Index bytes = numbers * options.hidden * batch * static_cast<Index>(sizeof(T));
  if (options.checkpoint_bytes == 0 || options.checkpoint_steps > 0 || bytes == 0) {
    return options.checkpoint_steps;
  }
  const Index fit = (std::max<Index>)(options.checkpoint_bytes / bytes, 1);
  const Index whole = kRowBlock / std::gcd(kRowBlock, batch);
  return fit < whole ? fit : fit / whole * whole;
}

/// `options.layers` layers, the first of input size `options.input`. Throws `Error` for sizes
/// below 1, a dropout outside [0, 1), and a dropout of a single layer, which has nothing between.
template <class Layer>
std::vector<Layer> make_layers(const RecurrentOptions& options, Random& random) {
  const auto& [input, hidden, layers, dropout, forget_bias, fused, steps, bytes] = options;
  if (input < 1 || hidden < 1 || hidden > kMaxExtent || layers < 1 ||
      !(dropout >= 0 && dropout < 1) || steps < 0 || bytes < 0) {
    fail("a recurrent network of input ", input, ", hidden ", hidden, ", layers ", layers,
         ", dropout ", dropout, ", checkpoint_steps ", steps, ", checkpoint_bytes ", bytes,
         "; need sizes of at least 1, 0 <= dropout < 1 and no negative numbers");
  }
  if (dropout > 0 && layers == 1) {
    fail("a recurrent network of one layer with dropout ", dropout,
         ": it is between layers, and would do nothing; need 2 layers, or no dropout here and "
         "dropout(y, p, random) of the outputs");
  }
  std::vector<Layer> out;
  for (Index k = 0; k < layers; ++k) out.emplace_back(k == 0 ? input : hidden, options, random);
  return out;
}

/// Throws `Error` unless x is [T, B, options.input] with at least one step.
template <class T>
void check_input(const Var<T>& x, const RecurrentOptions& options) {
  const Shape shape = x.shape();
  if (shape.rank() != 3 || shape[2] != options.input || shape[0] < 1) {
    fail("x ", shape, " for an input size of ", options.input, "; need [T, B, ", options.input,
         "] with T >= 1");
  }
}

/// Throws `Error` unless `state`, called `name`, has one value [B, H] a layer.
template <class T>
void check_state(const char* name, const std::vector<Var<T>>& state, const Var<T>& x,
                 const RecurrentOptions& options) {
  const Shape expected{x.extent(1), options.hidden};
  if (static_cast<Index>(state.size()) != options.layers) {
    fail("the state's ", name, " is of ", state.size(), " layers; need ", options.layers,
         ", or an empty state");
  }
  for (const Var<T>& v : state) {
    if (v.shape() != expected) {
      fail("the state's ", name, " has shape ", v.shape(), " beside x ", x.shape(), "; need ",
           expected);
    }
  }
}

/// Throws `Error` for a dropout without a word on where it is drawn from.
template <class T>
void check_dropout(const Var<T>& x, const RecurrentOptions& options, const DropoutSource& source) {
  if (options.dropout > 0 && !source.random() && !source.is_off() && x.tape().recording()) {
    fail(
        "dropout ", options.dropout,
        " is set, and there is no Random to draw it from; pass &random to train, nn::no_dropout or "
        "a NoRecord to evaluate");
  }
}

/// Zeros [B, H] for each layer.
template <class T>
std::vector<Var<T>> zero_state(const Var<T>& x, const RecurrentOptions& options) {
  Tape<T>& tape = x.tape();
  const Var<T> zero = tape.constant(Array<T>({x.extent(1), options.hidden}));
  return std::vector<Var<T>>(static_cast<std::size_t>(options.layers), zero);
}

/// The input of layer `layer`: with dropout, except of the first.
template <class T>
Var<T> between_layers(const Var<T>& y, std::size_t layer, const RecurrentOptions& options,
                      const DropoutSource& source) {
  Random* random = source.random();
  return layer > 0 && random ? dropout(y, options.dropout, *random) : y;
}

/// step(x[t]) for t = 0, 1, ..., one after another, stacked to [T, ...]. Values of a step that no
/// derivative reads are given back when the next step is done, so that its memory stays in the
/// cache: what a later step is to use has to be used by the next one too, be an output, or be
/// kept with `Tape::keep`.
template <class T, class Step>
Var<T> over_time(const Var<T>& x, Step&& step) {
  Tape<T>& tape = x.tape();
  std::vector<Var<T>, PoolAllocator<Var<T>>> outputs{PoolAllocator<Var<T>>(tape.pool())};
  const Index steps = x.extent(0);
  outputs.reserve(static_cast<std::size_t>(steps));
  auto before = static_cast<Id>(tape.size());
  for (Index t = 0; t < steps; ++t) {
    const auto begin = static_cast<Id>(tape.size());
    outputs.push_back(step(select(x, 0, t)));
    tape.keep(outputs.back());
    tape.give_back(before, begin);
    before = begin;
  }
  if (steps > 0) tape.give_back(before, before + 1);  // the last x[t]
  return stack(std::span<const Var<T>>(outputs.data(), outputs.size()));
}
/// The same for an x that nobody else has: it is given back too.
template <class T, class Step>
Var<T> over_time(Var<T>&& x, Step&& step) {
  const Var<T> y = over_time(std::as_const(x), std::forward<Step>(step));
  x.tape().give_back(x.id(), x.id() + 1);
  return y;
}

/// run(x, state) in segments of `steps` steps (0: in one), of which only the outputs and the state
/// between them are kept: the memory of a long sequence becomes that of a segment, for one more
/// forward pass. `run` takes x [T, B, ...] and the state, values of one shape [B, H], returns the
/// outputs [T, B, H] and leaves the state after the last step; it is called again after this
/// returns, so what it refers to must live as long. Where the steps of a segment times B are whole
/// blocks of rows (core/loops/row_blocks.hpp), gradients have the bits of the run without segments.
/// Source: A. Gruslys et al. (2016), "Memory-efficient backpropagation through time"
template <class T, class Run>
Var<T> over_segments(const Var<T>& x, std::span<Var<T>> state, Index steps, Run run) {
  if (steps == 0 || x.extent(0) <= steps) return run(x, state);
  const auto segment = [run](std::span<const Var<T>> from) {
    std::vector<Var<T>> last(from.begin() + 1, from.end());
    const Var<T> y = run(from[0], std::span(last));
    return concat({y, stack(last)}, 0);
  };
  std::vector<Var<T>> outputs;
  for (Index begin = 0; begin < x.extent(0); begin += steps) {
    const Index end = (std::min)(begin + steps, x.extent(0)), length = end - begin;
    std::vector<Var<T>> from{slice(x, 0, begin, end)};
    from.insert(from.end(), state.begin(), state.end());
    const Var<T> all = checkpoint<T>(segment, from);
    outputs.push_back(slice(all, 0, 0, length));
    for (std::size_t k = 0; k < state.size(); ++k) {
      state[k] = select(all, 0, length + static_cast<Index>(k));
    }
  }
  return concat(outputs, 0);
}

}  // namespace engram::nn
