// Shards: a batch cut into parts, one tape each, run at once.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engram/core/parallel.hpp"
#include "engram/core/tape.hpp"

namespace engram {

/// A batch in S parts. S is chosen by the program, not by the machine, and gradients are added up
/// in the order of the parts: the same S gives the same bits on any number of threads. What is
/// random in a shard is drawn from a `Random` of its own, as random.stream(shard).
template <class T>
class Shards {
 public:
  /// Throws `Error` for less than one shard. `workers` must live as long.
  Shards(int count, const Workers& workers);
  Shards(int count, Workers&& workers) = delete;  // it would be gone at the end of the line

  int count() const { return static_cast<int>(tapes_.size()); }
  const Workers& workers() const { return workers_; }
  Tape<T>& tape(int shard) { return *tapes_[static_cast<std::size_t>(shard)]; }

  struct Result {
    T loss;                  ///< of the whole batch
    Gradients<T> gradients;  ///< likewise
  };
  /// Clears each shard's tape, calls loss(shard, tape) and runs it backward. Losses and gradients
  /// are added up: a mean over the batch is the sum of each shard's loss times its share of the
  /// batch. Throws `Error`, naming the shard, for a loss that is no scalar on the shard's tape.
  Result run(const std::function<Var<T>(int, Tape<T>&)>& loss);

  /// A mean over a part of the batch, and how much it is the mean of.
  struct Mean {
    Var<T> loss;    ///< not looked at where the weight is 0, and may be left out
    double weight;  ///< what the shard has of it: its valid targets, say
  };
  /// The same for shards that each return a mean, whatever their sizes (padding, the rest of a
  /// batch): the mean over the whole batch is Σ weight · loss / Σ weight. Throws `Error` also for
  /// a weight that is negative or not finite, and when all are 0.
  Result run(const std::function<Mean(int, Tape<T>&)>& loss);

  /// Calls f(shard, tape) for each shard on a cleared tape, without running backward.
  void each(const std::function<void(int, Tape<T>&)>& f);

 private:
  // Runs `loss` of a shard backward, scaled.
  void differentiate(int shard, const Var<T>& loss, double scale);
  // The sum over the shards.
  Result added_up();

  const Workers& workers_;
  std::vector<std::unique_ptr<Tape<T>>> tapes_;
  std::vector<Gradients<T>> gradients_;
  std::vector<T> losses_;
};

extern template class Shards<float>;
extern template class Shards<double>;

}  // namespace engram
