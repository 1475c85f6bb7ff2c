#pragma once

#include "engram/core/var.hpp"

namespace engram {

/// The log-likelihood of tags under a linear-chain conditional random field: every tag has a score
/// at each step, and every pair of tags one for following each other.
///
/// Shapes:     scores of tags x [T, B, K], transitions [K, K] from row to column, start [K] and
///             end [K]; tags [T, B] and lengths [B] from 1 to T, beyond which x and tags are not
///             read -> [B]
/// Forward:    y = s(tags) - ln Σ exp s over all K^length sequences of tags, with
///             s(y_0, y_1, ...) = start[y_0] + Σ_t x[t, y_t] + Σ_t transitions[y_t-1, y_t] +
///             end[y_last]. A score may be -inf, for what is forbidden, if every tag can still be
///             reached at every step
/// Derivative: by a score, how often the tags use it less how often sequences drawn from the model
///             would
/// Saves:      the forward variables α [T, B, K], in double
/// Order:      any
/// Accuracy:   4 ulp of x - max x and 1; derivatives 8 ulp of dy, by the rule 1 ulp a step
/// Throws:     `Error` when the shapes do not fit, and for lengths or tags out of range
/// Source:     J. Lafferty, A. McCallum and F. Pereira (2001), "Conditional random fields", ICML
template <class T>
Var<T> crf_log_likelihood(const Var<T>& x, const Var<T>& transitions, const Var<T>& start,
                          const Var<T>& end, const Indices& tags, const Indices& lengths,
                          Site site = Site::current());

template <class T>
struct CrfDecoded {
  Indices tags;     ///< [T, B], -1 beyond the lengths
  Array<T> scores;  ///< s of each sequence, [B]
};

/// The most probable tags under the model of `crf_log_likelihood`. Numbers only: nothing is
/// differentiated.
///
/// Shapes:     as `crf_log_likelihood` -> tags [T, B], scores [B]
/// Forward:    the tags with the highest s, the lower tags of equal ones, and their s
/// Derivative: none
/// Saves:      nothing
/// Order:      none
/// Accuracy:   2 ulp of x
/// Throws:     as `crf_log_likelihood`
/// Source:     A. Viterbi (1967), "Error bounds for convolutional codes and an asymptotically
///             optimum decoding algorithm"
template <class T>
CrfDecoded<T> crf_decode(const Array<T>& x, const Array<T>& transitions, const Array<T>& start,
                         const Array<T>& end, const Indices& lengths);

}  // namespace engram
