// Shards: a batch cut into parts, one tape each, run at once.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engram/core/parallel.hpp"
#include "engram/core/tape.hpp"

namespace engram {

/// A batch in S parts. S is chosen by the program, not by the machine, and gradients are added up
/// in the order of the parts: the same S gives the same bits on any number of threads.
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
    T loss;                  ///< the sum over the shards
    Gradients<T> gradients;  ///< likewise
  };
  /// Clears each shard's tape, calls loss(shard, tape) and runs it backward. The losses are added
  /// up: a mean over the batch is the sum of each shard's loss times its share of the batch.
  Result run(const std::function<Var<T>(int, Tape<T>&)>& loss);

  /// Calls f(shard, tape) for each shard on a cleared tape, without running backward.
  void each(const std::function<void(int, Tape<T>&)>& f);

 private:
  const Workers& workers_;
  std::vector<std::unique_ptr<Tape<T>>> tapes_;
  std::vector<Gradients<T>> gradients_;
  std::vector<T> losses_;
};

extern template class Shards<float>;
extern template class Shards<double>;

}  // namespace engram
