// RecordedBackward: reverse mode, recorded, so that it can be differentiated. Internal: users call
// Tape.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "engram/core/tables/path.hpp"

namespace engram {

/// The same walk as `Backward` in the language of Vars: each operation's rule is recorded, and so
/// are the sums of what the rules add.
template <class T>
class RecordedBackward final : public RuleTarget<T> {
 public:
  /// Makes places for the gradients of the nodes there are, at least one.
  RecordedBackward(Tape<T>& tape, const Path<T>& path)
      : tape_(tape), path_(path), gradients_((std::max<std::size_t>)(tape.size(), 1), kNone) {}

  /// From node `last` to the first.
  void run(Id last);

  bool has(Id id) const { return gradients_[id] != kNone; }
  Var<T> gradient(Id id) const { return tape_.var(gradients_[id]); }
  bool wants(Id id) const override { return path_.has(id); }
  void add(Id id, const Var<T>& dx) override;

 private:
  static constexpr Id kNone = (std::numeric_limits<Id>::max)();

  void step(Id id);

  Tape<T>& tape_;
  const Path<T>& path_;
  std::vector<Id> gradients_;  ///< by node
};

extern template class RecordedBackward<float>;
extern template class RecordedBackward<double>;

}  // namespace engram
