// Param: a trained value. A module owns it; a tape reads it; an optimiser edits it.
#pragma once

#include <cstdint>
#include <memory>

#include "engram/core/array.hpp"

namespace engram {

/// A parameter as optimisers, files and tapes know it: a reference that stays good when the
/// module that owns the parameter moves or goes away.
template <class T>
class ParamRef {
 public:
  const Array<T>& value() const { return state().value; }
  const Shape& shape() const { return state().value.shape(); }
  Index size() const { return state().value.size(); }

  /// The elements for writing in place. A copy of `value()` kept from before stays as it was.
  /// Tapes that read the parameter notice, and refuse to run backward through a value that is no
  /// longer the one they used.
  T* edit() {
    ++state().version;
    return state().value.edit();
  }
  /// Replaces the value. Throws `Error` when the shape differs.
  void assign(const Array<T>& value) {
    if (value.shape() != shape()) {
      fail("a parameter of shape ", shape(), " cannot take a value of shape ", value.shape());
    }
    ++state().version;
    state().value = value.settled();
  }

  /// Counts the edits.
  std::uint64_t version() const { return state().version; }
  /// Whether both refer to the same parameter.
  friend bool operator==(const ParamRef& a, const ParamRef& b) { return a.state_ == b.state_; }

 protected:
  struct State {
    Array<T> value;
    std::uint64_t version = 0;
  };
  explicit ParamRef(Array<T> value) : state_(std::make_shared<State>(State{std::move(value)})) {}
  /// Throws `Error` when the parameter was moved away.
  State& state() const {
    if (!state_) fail("this parameter was moved away; use the module that it was moved to");
    return *state_;
  }
  std::shared_ptr<State> state_;
};

/// A parameter as its module owns it. Copying a `Param` makes another parameter with the same
/// value; slicing it to a `ParamRef` refers to this one.
template <class T>
class Param : public ParamRef<T> {
 public:
  Param() : Param(Array<T>()) {}
  explicit Param(const Array<T>& value) : ParamRef<T>(value.settled()) {}
  Param(const Param& other) : Param(other.value()) {}
  Param(Param&& other) noexcept = default;
  Param& operator=(Param other) noexcept {
    this->state_.swap(other.state_);
    return *this;
  }
  ~Param() = default;
};

}  // namespace engram
