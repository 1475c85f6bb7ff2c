// AdaptiveSoftmax: a readout to very many classes.
#pragma once

#include <vector>

#include "engram/nn/linear.hpp"
#include "engram/ops/losses/adaptive_cross_entropy.hpp"

namespace engram::nn {

struct AdaptiveSoftmaxOptions {
  Index in, classes;           ///< the classes numbered by falling frequency
  std::vector<Index> cutoffs;  ///< ascending, in (0, classes): where the rarer clusters begin
  double div_value = 4;        ///< cluster k has in / div_value^(k + 1) inputs
  bool bias = true;            ///< PyTorch's layer has none in the clusters
};

/// A readout whose frequent classes are cheap and whose rare ones have few weights: see
/// `adaptive_cross_entropy`. All weights are uniform in ±1/√inputs at first.
template <class T>
class AdaptiveSoftmax {
 public:
  using value_type = T;

  /// Throws `Error` for cutoffs that do not ascend in (0, classes), and for a div_value below 1 or
  /// so large that a cluster has no inputs.
  AdaptiveSoftmax(const AdaptiveSoftmaxOptions& options, Random& random)
      : head(head_of(options), random), cutoffs_(options.cutoffs), bias_(options.bias) {
    double width = static_cast<double>(options.in);
    for (std::size_t k = 0; k < cutoffs_.size(); ++k) {
      width /= options.div_value;
      if (width < 1) {
        fail("AdaptiveSoftmax: cluster ", k, " has no inputs: ", options.in, " divided ", k + 1,
             " times by ", options.div_value, "; use a smaller div_value or fewer cutoffs");
      }
      const Index end = k + 1 < cutoffs_.size() ? cutoffs_[k + 1] : options.classes;
      tails.emplace_back(options.in, static_cast<Index>(width), end - cutoffs_[k], options.bias,
                         random);
    }
  }

  /// The cross-entropy of targets [...] for x [..., in].
  Var<T> cross_entropy(const Var<T>& x, const Indices& targets,
                       const CrossEntropyOptions& options = {}, Site site = Site::current()) const {
    const Tails on_tape = tails_on(x.tape(), site);
    return adaptive_cross_entropy(x, readout_on(x.tape(), on_tape, site), targets, options, site);
  }
  /// ln p of all classes, [..., classes]: to evaluate and to generate.
  Var<T> log_probabilities(const Var<T>& x, Site site = Site::current()) const {
    const Tails on_tape = tails_on(x.tape(), site);
    return adaptive_log_softmax(x, readout_on(x.tape(), on_tape, site), site);
  }

  void visit(auto&& f) {
    f("head", head);
    f("tail", tails);
  }

  struct Tail {
    Tail(Index in, Index width, Index classes, bool bias, Random& random)
        : projection(uniform_parameter<T>({in, width}, in, random)),
          readout({.in = width, .out = classes, .bias = bias}, random) {}

    void visit(auto&& f) {
      f("projection", projection);
      readout.visit(f);
    }

    Param<T> projection;
    Linear<T> readout;
  };

  Linear<T> head;
  std::vector<Tail> tails;

 private:
  static LinearOptions head_of(const AdaptiveSoftmaxOptions& options) {
    const auto& [in, classes, cutoffs, div_value, bias] = options;
    if (cutoffs.empty()) fail("AdaptiveSoftmax: no cutoffs; need at least one");
    Index before = 0;
    for (const Index cutoff : cutoffs) {
      if (cutoff <= before || cutoff >= classes) {
        fail("AdaptiveSoftmax: cutoff ", cutoff, " after ", before,
             "; need ascending cutoffs above 0 and below the ", classes, " classes");
      }
      before = cutoff;
    }
    if (!(div_value >= 1)) {
      fail("AdaptiveSoftmax: div_value ", div_value, "; need 1 or more");
    }
    return {.in = in, .out = cutoffs[0] + static_cast<Index>(cutoffs.size()), .bias = bias};
  }

  using Tails = std::vector<AdaptiveTail<T>, PoolAllocator<AdaptiveTail<T>>>;

  Var<T> bias_on(Tape<T>& tape, const Linear<T>& linear, Site site) const {
    return bias_ ? tape.read(linear.b, site) : tape.constant(Array<T>({linear.w.shape()[1]}), site);
  }
  Tails tails_on(Tape<T>& tape, Site site) const {
    Tails out{PoolAllocator<AdaptiveTail<T>>(tape.pool())};
    for (const Tail& tail : tails) {
      out.push_back({tape.read(tail.projection, site), tape.read(tail.readout.w, site),
                     bias_on(tape, tail.readout, site)});
    }
    return out;
  }
  AdaptiveReadout<T> readout_on(Tape<T>& tape, const Tails& on_tape, Site site) const {
    return {cutoffs_, tape.read(head.w, site), bias_on(tape, head, site), on_tape};
  }

  std::vector<Index> cutoffs_;
  bool bias_;
};

}  // namespace engram::nn
