// Readings: what a function reads of the parameters. Internal.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram {

/// While it lives, it notes the parameters that `Tape::read` is asked for, and the Var that stands
/// for one of those given is the answer.
template <class T>
class Readings {
 public:
  explicit Readings(Tape<T>& tape, std::vector<ParamRef<T>> params = {},
                    std::span<const Var<T>> as = {})
      : tape_(tape), outer_(tape.readings_), asked_(std::move(params)), as_(as) {
    tape.readings_ = this;
  }
  ~Readings() { tape_.readings_ = outer_; }
  Readings(const Readings&) = delete;
  Readings& operator=(const Readings&) = delete;

  const std::vector<ParamRef<T>>& asked() const { return asked_; }

  /// The Var for `param`, or null.
  const Var<T>* ask(const ParamRef<T>& param) {
    const auto found = std::find(asked_.begin(), asked_.end(), param);
    const auto at = static_cast<std::size_t>(found - asked_.begin());
    if (found == asked_.end()) asked_.push_back(param);
    return at < as_.size() ? &as_[at] : nullptr;
  }

 private:
  Tape<T>& tape_;
  Readings* outer_;
  std::vector<ParamRef<T>> asked_;
  std::span<const Var<T>> as_;
};

}  // namespace engram
