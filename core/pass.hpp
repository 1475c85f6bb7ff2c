// Pass: one run backwards over a tape. Internal: users call Tape::backward.
#pragma once

#include <vector>

#include "engram/core/gradient_slots.hpp"

namespace engram {

/// Gradients by node while the pass is under way, in numbers or, when they are recorded, as Vars.
template <class T>
class Pass {
 public:
  explicit Pass(Tape<T>& tape) : tape_(tape), slots_(tape) {}

  Gradients<T> leaves(const Var<T>& y, const BackwardOptions<T>& options);
  std::vector<Var<T>> of(const Var<T>& y, std::span<const Var<T>> targets,
                         const BackwardOptions<T>& options);

  /// Drops all gradients and keeps the tables' memory.
  void clear();

 private:
  friend class Into<T>;
  friend struct Call<T>;

  void refuse_edited(const typename Tape<T>::Read& read) const;
  void run(const Var<T>& y, const BackwardOptions<T>& options);
  void step(Id id);
  bool wanted(Id id) const;
  bool has(Id id) const;
  void add(Id id, const Var<T>& dx);

  Tape<T>& tape_;
  bool record_ = false;
  bool rules_only_ = false;
  GradientSlots<T> slots_;
  std::vector<Id> recorded_;           ///< gradient Vars by node, kNone where there is none
  std::vector<std::uint8_t> on_path_;  ///< with targets: whether a node depends on one
  Var<T> dy_;
};

}  // namespace engram
