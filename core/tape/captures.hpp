// Captures: what a function reads of a tape, beside its arguments. Internal.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram {

/// While it lives, a function runs for the first time, and it notes what that takes: the parameters
/// that `Tape::read` is asked for, and the values recorded before that operations take. Or it runs
/// again, and Vars that are given stand for these.
template <class T>
class Captures {
 public:
  explicit Captures(Tape<T>& tape) : tape_(tape), outer_(tape.captures_), begin_(tape.size()) {
    tape.captures_ = this;
  }
  /// `as` stand for the values numbered `taken` and, after these, for `params`.
  Captures(Tape<T>& tape, std::vector<Id> taken, std::vector<ParamRef<T>> params,
           std::span<const Var<T>> as)
      : Captures(tape) {
    begin_ = 0;  // nothing is noted
    taken_ = std::move(taken);
    asked_ = std::move(params);
    as_ = as;
    moved_ = !std::ranges::equal(taken_, as_.first(taken_.size()), {}, {}, &Var<T>::id);
  }
  ~Captures() { tape_.captures_ = outer_; }
  Captures(const Captures&) = delete;
  Captures& operator=(const Captures&) = delete;

  const std::vector<ParamRef<T>>& asked() const { return asked_; }
  const std::vector<Id>& taken() const { return taken_; }

  /// The Var for `param`, or null.
  const Var<T>* ask(const ParamRef<T>& param) {
    const auto found = std::find(asked_.begin(), asked_.end(), param);
    const auto at = taken_.size() + static_cast<std::size_t>(found - asked_.begin());
    if (found == asked_.end()) asked_.push_back(param);
    if (at < as_.size()) return &as_[at];
    return outer_ ? outer_->ask(param) : nullptr;
  }

  /// The inputs of an operation, as they are to be recorded. Good until the next call.
  std::span<const Id> inputs(std::span<const Id> given) {
    for (const Id id : given) note(id);
    if (!moved_) return given;
    inputs_.assign(given.begin(), given.end());
    for (Id& id : inputs_) id = standing_for(id);
    return inputs_;
  }
  /// What stands for a value.
  Id standing_for(Id id) const {
    const auto found = std::find(taken_.begin(), taken_.end(), id);
    return found == taken_.end() ? id : as_[static_cast<std::size_t>(found - taken_.begin())].id();
  }
  /// Notes a value that the function takes.
  void note(Id id) {
    if (id >= begin_ || !tape_.node(id).needs_gradient) return;
    if (std::find(taken_.begin(), taken_.end(), id) == taken_.end()) taken_.push_back(id);
  }

 private:
  Tape<T>& tape_;
  Captures* outer_;
  std::size_t begin_;
  std::vector<Id> taken_;
  std::vector<ParamRef<T>> asked_;
  std::span<const Var<T>> as_;
  bool moved_ = false;
  std::vector<Id> inputs_;
};

}  // namespace engram
