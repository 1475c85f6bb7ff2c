// Param: a value that is trained, or at least saved, with its model. A module owns it; a tape reads
// it; an optimiser edits it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engram/core/array.hpp"

namespace engram {

/// What becomes of a parameter in training: it is trained; it is frozen, so that nothing is
/// computed for its gradient; or it is no parameter but a buffer (running statistics), which is
/// saved with them and changed by its module alone.
enum class Role : std::uint8_t { trained, frozen, buffer };

/// A parameter as optimisers, files and tapes know it: a handle that stays good when the module
/// that owns the parameter moves or goes away.
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
      fail(str(), " cannot take a value of shape ", value.shape());
    }
    ++state().version;
    state().value = value.settled();
  }

  /// From now on tapes read it as a constant: backward computes nothing for it, and no optimiser
  /// moves it. Throws `Error` for a buffer, which is so already.
  void freeze() { set_role(Role::frozen); }
  /// The reverse. Throws `Error` for a buffer.
  void unfreeze() { set_role(Role::trained); }
  bool is_trained() const { return state().role == Role::trained; }
  bool is_buffer() const { return state().role == Role::buffer; }

  /// How errors speak of it: "parameter lstm.layer0.w_hh [64,256]". The name is the one under which
  /// it was last listed (core/module.hpp).
  std::string str() const {
    const State& of = state();
    const std::lock_guard lock(of.naming);
    return text(of.role == Role::buffer ? "buffer" : "parameter", of.name.empty() ? "" : " ",
                of.name, " ", of.value.shape());
  }
  void set_name(const std::string& name) const {
    State& of = state();
    const std::lock_guard lock(of.naming);
    of.name = name;
  }

  /// Counts the edits.
  std::uint64_t version() const { return state().version; }
  /// Whether both refer to the same parameter.
  friend bool operator==(const ParamRef& a, const ParamRef& b) { return a.state_ == b.state_; }
  /// What is the same for all that refer to it.
  const void* id() const { return state_.get(); }

 protected:
  struct State {
    Array<T> value;
    Role role = Role::trained;
    std::uint64_t version = 0;
    mutable std::mutex naming;  ///< the replicas of shards list one model from several threads
    std::string name;
    State(Array<T> v, Role r) : value(std::move(v)), role(r) {}
  };
  ParamRef(Array<T> value, Role role) : state_(std::make_shared<State>(std::move(value), role)) {}
  Role role() const { return state().role; }
  /// Throws `Error` when the parameter was moved away.
  State& state() const {
    if (!state_) fail("this parameter was moved away; use the module that it was moved to");
    return *state_;
  }
  std::shared_ptr<State> state_;

 private:
  void set_role(Role role) {
    if (is_buffer()) fail(str(), " is never trained; there is nothing to freeze or unfreeze");
    state().role = role;
  }
};

/// A parameter as its module owns it. Copying a `Param` makes another parameter with the same
/// value; slicing it to a `ParamRef` refers to this one.
template <class T>
class Param : public ParamRef<T> {
 public:
  Param() : Param(Array<T>()) {}
  explicit Param(const Array<T>& value) : Param(value, Role::trained) {}
  Param(const Param& other) : Param(other.value(), other.role()) {}
  Param(Param&& other) noexcept = default;
  Param& operator=(Param other) noexcept {
    this->state_.swap(other.state_);
    return *this;
  }
  ~Param() = default;

 protected:
  Param(const Array<T>& value, Role role) : ParamRef<T>(value.settled(), role) {}
};

/// A value that is saved with the parameters of its module and never trained: running statistics.
template <class T>
class Buffer : public Param<T> {
 public:
  Buffer() : Buffer(Array<T>()) {}
  explicit Buffer(const Array<T>& value) : Param<T>(value, Role::buffer) {}
};

}  // namespace engram
