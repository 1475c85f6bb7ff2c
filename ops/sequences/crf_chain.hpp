// The sums over all sequences of tags that a conditional random field is made of, for one sequence
// of scores. In double whatever T is, and taken from their largest at every step: over thousands of
// steps the sums grow to thousands, where a float is good to three digits after the point.
#pragma once

#include <vector>

#include "engram/ops/reductions/softmax_kernels.hpp"

namespace engram::kernels {

/// Rows of K numbers.
using Doubles = PoolVector<double>;

/// Takes the largest off numbers that are added to every sequence alike, which changes no
/// probability: what they have in common would cost digits of what they differ by.
inline void lower(Doubles& scores) {
  const double high =
      Normalizer<double>::shift_of(max_of_row(scores.data(), static_cast<Index>(scores.size())));
  for (double& score : scores) score -= high;
}

/// What is shared by the sequences of a batch: scores of pairs of tags, of first and of last ones,
/// less the largest of each.
struct CrfScores {
  Index tags;
  Doubles pairs, into;  ///< [from, to], and [to, from]
  Doubles start, end;

  template <class T>
  CrfScores(const Array<T>& transitions, const Array<T>& first, const Array<T>& last, Pool& pool)
      : tags(first.size()),
        pairs(transitions.begin(), transitions.end(), PoolAllocator<double>(pool)),
        into(pairs.size(), 0, pairs.get_allocator()),
        start(first.begin(), first.end(), pairs.get_allocator()),
        end(last.begin(), last.end(), pairs.get_allocator()) {
    for (Doubles* scores : {&pairs, &start, &end}) lower(*scores);
    for (Index i = 0; i < tags; ++i) {
      for (Index j = 0; j < tags; ++j) into[at(j, i)] = pairs[at(i, j)];
    }
  }
  std::size_t at(Index row, Index column) const {
    return static_cast<std::size_t>(row * tags + column);
  }
};

/// One sequence: the scores of its tags at each step, `step` numbers apart.
template <class T>
class CrfChain {
 public:
  CrfChain(const CrfScores& scores, const T* x, Index step, Index length)
      : scores_(scores), x_(x), step_(step), length_(length), row_(make()), highest_(make()) {
    highest_.resize(static_cast<std::size_t>(length));
    for (Index t = 0; t < length; ++t) {
      const T high = max_of_row(x + t * step, scores.tags);
      highest_[static_cast<std::size_t>(t)] =
          Normalizer<double>::shift_of(static_cast<double>(high));
    }
  }

  /// The score of a tag at a step, less the largest there.
  double emitted(Index t, Index k) const {
    return static_cast<double>(x_[t * step_ + k]) - highest_[static_cast<std::size_t>(t)];
  }

  /// Fills alpha [length, K]: ln Σ exp s over all beginnings that end in a tag, less `taken`, which
  /// grows by what is taken off at each step. Returns ln Σ exp s over all sequences less `taken`.
  template <class Take>
  double forward(double* alpha, const Take& take) {
    for (Index t = 0; t < length_; ++t, alpha += scores_.tags) {
      for (Index j = 0; j < scores_.tags; ++j) {
        alpha[j] = emitted(t, j) + (t == 0 ? scores_.start[static_cast<std::size_t>(j)]
                                           : reached(alpha - scores_.tags, j));
      }
      const double high = Normalizer<double>::shift_of(max_of_row(alpha, scores_.tags));
      for (Index j = 0; j < scores_.tags; ++j) alpha[j] -= high;
      take(t, high);
    }
    for (Index j = 0; j < scores_.tags; ++j) {
      row_[static_cast<std::size_t>(j)] =
          alpha[j - scores_.tags] + scores_.end[static_cast<std::size_t>(j)];
    }
    return normalizer_of_row(row_.data(), scores_.tags).log();
  }

  /// Calls `at_step(t, p)` with the probability of each tag at each step, the last step first, and
  /// `from_tag(i, p)` with that of tag i being followed by each other.
  template <class AtStep, class FromTag>
  void backward(const double* alpha, const AtStep& at_step, const FromTag& from_tag) {
    Doubles beta(scores_.end), now = make(), next = make();
    alpha += (length_ - 1) * scores_.tags;
    for (Index t = length_; t-- > 0; alpha -= scores_.tags) {
      if (t + 1 < length_) {
        for (Index i = 0; i < scores_.tags; ++i) {
          next[static_cast<std::size_t>(i)] = follow(i, beta, t);
        }
        beta.swap(next);
        const double high = Normalizer<double>::shift_of(max_of_row(beta.data(), scores_.tags));
        for (double& b : beta) b -= high;
      }
      for (std::size_t k = 0; k < beta.size(); ++k) now[k] = alpha[k] + beta[k];
      share(now.data());
      at_step(t, static_cast<const double*>(now.data()));
      if (t == length_ - 1) continue;
      for (Index i = 0; i < scores_.tags; ++i) {
        const double p = now[static_cast<std::size_t>(i)];
        if (p == 0) continue;
        double* ways = shares_.data() + i * scores_.tags;
        for (Index j = 0; j < scores_.tags; ++j) ways[j] *= p;
        from_tag(i, static_cast<const double*>(ways));
      }
    }
  }

 private:
  Doubles make() const {
    return Doubles(static_cast<std::size_t>(scores_.tags), 0, scores_.pairs.get_allocator());
  }
  // ln Σ exp over the tags before tag j.
  double reached(const double* before, Index j) {
    const double* into = scores_.into.data() + j * scores_.tags;
    for (Index i = 0; i < scores_.tags; ++i)
      row_[static_cast<std::size_t>(i)] = before[i] + into[i];
    return normalizer_of_row(row_.data(), scores_.tags).log();
  }

  // ln Σ exp over the tags that follow tag i at t, and in `shares_` each one's share of it.
  double follow(Index i, const Doubles& beta, Index t) {
    if (shares_.empty()) {
      shares_.assign(static_cast<std::size_t>(scores_.tags * scores_.tags), 0);
    }
    double* ways = shares_.data() + i * scores_.tags;
    const double* pairs = scores_.pairs.data() + i * scores_.tags;
    for (Index j = 0; j < scores_.tags; ++j) {
      ways[j] = pairs[j] + emitted(t + 1, j) + beta[static_cast<std::size_t>(j)];
    }
    return share(ways);
  }

  // Makes numbers their shares of Σ exp, 0 where nothing is possible; returns ln Σ exp.
  double share(double* row) const {
    const auto normalizer = normalizer_of_row(row, scores_.tags, row);
    const double scale = normalizer.sum == 0 ? 0 : 1 / normalizer.sum;
    for (Index k = 0; k < scores_.tags; ++k) row[k] *= scale;
    return normalizer.log();
  }

  const CrfScores& scores_;
  const T* x_;
  Index step_, length_;
  Doubles row_, highest_, shares_;
};

}  // namespace engram::kernels
