// Forward: forward mode, in numbers. Internal: users call Tape.
#pragma once

#include <span>
#include <vector>

#include "engram/core/tables/path.hpp"
#include "engram/core/tables/tangents.hpp"

namespace engram {

/// Carries tangents from what moves to what is computed from it.
template <class T>
class Forward {
 public:
  /// Which tangents stay: those that `path` is asked for, and beside these the ones that
  /// derivatives read, or no others.
  enum class Retain { read, asked_for };

  Forward(Tape<T>& tape, const Path<T>& path, Tangents<T>& tangents)
      : tape_(tape), path_(path), tangents_(tangents) {}

  /// Lets `targets` move along `directions`, which have their shapes.
  void begin(std::span<const Var<T>> targets, std::span<const Var<T>> directions);
  /// Over the nodes [begin, end).
  void run(Id begin, Id end, Retain retain);
  bool moves(Id id) const { return tangents_.find(id) != nullptr; }
  /// Whether any input of an operation moves.
  bool any_input_moves(Id id) const;

 private:
  void step(Id id);
  Array<T> tangent_by_rule(Id id);

  Tape<T>& tape_;
  const Path<T>& path_;
  Tangents<T>& tangents_;
};

extern template class Forward<float>;
extern template class Forward<double>;

}  // namespace engram
