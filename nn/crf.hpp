// Crf: the tags of a sequence, decided together.
#pragma once

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/sequences/crf.hpp"

namespace engram::nn {

/// A linear-chain conditional random field on top of a network that scores each tag at each step:
/// x [T, B, K]. Its own scores are uniform in ±0.1 at first.
template <class T>
class Crf {
 public:
  using value_type = T;

  /// Throws `Error` for less than one tag.
  Crf(Index tags, Random& random)
      : transitions(random.uniform<T>(pairs(tags), T(-0.1), T(0.1))),
        start(random.uniform<T>({tags}, T(-0.1), T(0.1))),
        end(random.uniform<T>({tags}, T(-0.1), T(0.1))) {}

  /// See `crf_log_likelihood`: [B], which training maximises.
  Var<T> log_likelihood(const Var<T>& x, const Indices& tags, const Indices& lengths,
                        Site site = Site::current()) const {
    Tape<T>& tape = x.tape();
    return crf_log_likelihood(x, tape.read(transitions, site), tape.read(start, site),
                              tape.read(end, site), tags, lengths, site);
  }
  /// The best tags: see `crf_decode`.
  CrfDecoded<T> decode(const Array<T>& x, const Indices& lengths) const {
    return crf_decode(x, transitions.value(), start.value(), end.value(), lengths);
  }

  void visit(auto&& f) {
    f("transitions", transitions);
    f("start", start);
    f("end", end);
  }

  Param<T> transitions;  ///< [K, K], from row to column
  Param<T> start, end;   ///< [K]

 private:
  static Shape pairs(Index tags) {
    if (tags < 1) fail("Crf: ", tags, " tags; need at least one");
    return {tags, tags};
  }
};

}  // namespace engram::nn
