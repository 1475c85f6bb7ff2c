// CtcSequences: the labels and lengths of a CTC loss, and what paths through them look like.
#pragma once

#include "engram/core/array.hpp"
#include "engram/ops/sequences/ctc.hpp"

namespace engram::kernels {

/// Throws `Error` unless x [T, B, V] has the class `blank` and `lengths` [B] fit into it.
inline void check_ctc_inputs(const Shape& x, const Indices& lengths, std::int32_t blank) {
  if (x.rank() != 3) fail("x ", x, "; need log-probabilities [T, B, V]");
  if (blank < 0 || blank >= x[2]) fail("blank ", blank, "; need 0 <= blank < ", x[2], " classes");
  if (lengths.shape() != Shape{x[1]}) {
    fail("input_lengths ", lengths.shape(), " for x ", x, "; need [", x[1], "]");
  }
  for (Index b = 0; b < x[1]; ++b) {
    if (lengths[b] < 0 || lengths[b] > x[0]) {
      fail("input_lengths[", b, "] is ", lengths[b], "; need 0 <= length <= ", x[0]);
    }
  }
}

/// A path through sequence b visits states 0, ..., 2 L: blank, label, blank, ..., label, blank. It
/// stays, goes on by one, or skips a blank between two labels that differ.
struct CtcSequences {
  Indices targets, input_lengths, target_lengths;
  CtcOptions options;

  Index count() const { return input_lengths.size(); }
  Index steps(Index b) const { return input_lengths[b]; }
  Index states(Index b) const { return 2 * Index{target_lengths[b]} + 1; }
  /// The class that state s stands for.
  std::int32_t class_of(Index b, Index s) const {
    return s % 2 == 0 ? options.blank : targets[b * targets.extent(1) + s / 2];
  }
  /// Whether s can be reached from s - 2.
  bool skips_to(Index b, Index s) const {
    return s % 2 == 1 && s > 1 && class_of(b, s) != class_of(b, s - 2);
  }

  /// Throws `Error` for log-probabilities of shape `x` that do not fit, and for lengths, labels and
  /// a blank out of range.
  void check(const Shape& x) const {
    check_ctc_inputs(x, input_lengths, options.blank);
    if (targets.rank() != 2 || targets.shape()[0] != x[1]) {
      fail("targets ", targets.shape(), " for x ", x, "; need [", x[1], ", S]");
    }
    if (target_lengths.shape() != Shape{x[1]}) {
      fail("target_lengths ", target_lengths.shape(), " for x ", x, "; need [", x[1], "]");
    }
    const Index most = targets.extent(1);
    for (Index b = 0; b < count(); ++b) {
      if (target_lengths[b] < 0 || target_lengths[b] > most) {
        fail("target_lengths[", b, "] is ", target_lengths[b], "; need 0 <= length <= ", most);
      }
      for (Index k = 0; k < target_lengths[b]; ++k) {
        const std::int32_t label = targets[b * most + k];
        if (label < 0 || label >= x[2] || label == options.blank) {
          fail("targets[", b, ", ", k, "] is ", label, "; need 0 <= label < ", x[2],
               " that is not the blank ", options.blank);
        }
      }
    }
  }
};

}  // namespace engram::kernels
