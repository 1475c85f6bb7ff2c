#pragma once

#include <vector>

#include "engram/core/var.hpp"

namespace engram {

struct CtcOptions {
  std::int32_t blank = 0;  ///< the class that stands for no label
  /// Sequences that no alignment fits cost nothing, instead of infinity.
  bool zero_infinity = false;
};

/// Connectionist temporal classification: how improbable a sequence of labels is, summed over all
/// ways to align it with a longer sequence of inputs.
///
/// Shapes:     log-probabilities x [T, B, V] (of `log_softmax`), targets [B, S] of which sequence b
///             has the first target_lengths[b], input_lengths [B] up to T -> [B]
/// Forward:    y_b = -ln Σ_π exp Σ_t x[t, b, π_t], over the paths π of input_lengths[b] classes
///             that become the labels when repeats are merged and then blanks removed; infinite
///             (or 0 with `zero_infinity`) when there are none. Infinities of x are allowed.
///             PyTorch's mean is mean(y / max(target_lengths, 1))
/// Derivative: dx[t, b, v] = -dy_b P(π_t = v | labels), by the forward-backward algorithm; 0 where
///             y is infinite, and beyond the lengths
/// Saves:      the forward variables α [input_lengths[b], 2 target_lengths[b] + 1] in double
/// Order:      any
/// Accuracy:   4 ulp of x - max x and 1; derivatives 8 ulp of dy, by the rule 1 ulp a step
/// Throws:     `Error` when the shapes do not fit, and for lengths, labels or a blank out of range
/// Source:     A. Graves, S. Fernández, F. Gomez and J. Schmidhuber (2006), "Connectionist temporal
///             classification", ICML
template <class T>
Var<T> ctc_loss(const Var<T>& log_probabilities, const Indices& targets,
                const Indices& input_lengths, const Indices& target_lengths,
                const CtcOptions& options = {}, Site site = Site::current());

/// Labels that a decoder found, and the logarithm of their probability.
struct CtcDecoded {
  std::vector<std::int32_t> labels;
  double log_probability;
};

/// For each sequence the labels of its most probable path ("best path decoding", section 3.2 of the
/// source above), with the path's log-probability. Throws as `ctc_loss`.
template <class T>
std::vector<CtcDecoded> ctc_greedy_decode(const Array<T>& log_probabilities,
                                          const Indices& input_lengths, std::int32_t blank = 0);

/// For each sequence the most probable labels that a search finds which keeps the `beam` most
/// probable beginnings, with the log-probability of all paths to them that it saw: exact with a
/// wide enough beam (A. Hannun et al., 2014, "First-pass large vocabulary continuous speech
/// recognition using bi-directional recurrent DNNs", algorithm 1, without a language model). Throws
/// as `ctc_loss`, and for a beam below 1.
template <class T>
std::vector<CtcDecoded> ctc_beam_decode(const Array<T>& log_probabilities,
                                        const Indices& input_lengths, std::int32_t blank = 0,
                                        Index beam = 16);

}  // namespace engram
