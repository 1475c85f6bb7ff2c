// Scratch: what is recorded for a moment. Internal.
#pragma once

#include "engram/core/tape.hpp"

namespace engram {

/// What is recorded while it lives is forgotten at its end.
template <class T>
class Scratch {
 public:
  explicit Scratch(Tape<T>& tape) : tape_(tape), begin_(tape.mark()) {}
  ~Scratch() { tape_.rewind(begin_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// The number of the first node that is forgotten.
  Id begin() const { return static_cast<Id>(begin_.nodes); }

 private:
  Tape<T>& tape_;
  typename Tape<T>::Mark begin_;
};

/// What is recorded while it lives belongs to a place of the user's, or for null to its own.
template <class T>
class Inherit {
 public:
  Inherit(Tape<T>& tape, const Site* site) : tape_(tape), before_(tape.inherit(site)) {}
  ~Inherit() { tape_.inherit(before_); }
  Inherit(const Inherit&) = delete;
  Inherit& operator=(const Inherit&) = delete;

 private:
  Tape<T>& tape_;
  const Site* before_;
};

/// The same for a place of the user's, unless that is on behalf of another: that one's stays.
template <class T>
class Scope : Inherit<T> {
 public:
  Scope(Tape<T>& tape, const Site& site) : Inherit<T>(tape, &tape.place(site)) {}
};

}  // namespace engram
