// Pass: one run over a tape, backwards or forwards. Internal: users call Tape.
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "engram/core/gradient_slots.hpp"
#include "engram/core/span.hpp"
#include "engram/core/tangents.hpp"

namespace engram {

/// Gradients by node while the pass is under way, in numbers or, when they are recorded, as Vars;
/// and tangents by node, in numbers.
template <class T>
class Pass {
 public:
  using Vars = std::span<const Var<T>>;

  explicit Pass(Tape<T>& tape) : tape_(tape), slots_(tape), second_(tape), tangents_(tape) {}

  Gradients<T> leaves(const Var<T>& y, const BackwardOptions<T>& options);
  /// Gradients of <ys, seeds> by `targets`.
  std::vector<Var<T>> of(Vars ys, Vars targets, Vars seeds, const BackwardOptions<T>& options);
  /// Forward mode: the tangents of `ys` where `targets` move along `directions`.
  std::vector<Var<T>> along(Vars ys, Vars targets, Vars directions);
  /// Forward over reverse: how the gradients of `y` by `targets` change along `directions`.
  std::vector<Var<T>> hessian_product(const Var<T>& y, Vars targets, Vars directions,
                                      const Var<T>* dy);

  /// Drops all gradients and keeps the tables' memory.
  void clear();

 private:
  friend class Into<T>;
  friend struct Call<T>;

  /// Variables in place of what an operation reads, so that its rule can be recorded by itself.
  struct Alone {
    std::vector<Var<T>> x;
    Var<T> y, dy;
    std::vector<std::pair<Id, Var<T>>> dx;  ///< contributions, by the inputs they are for
  };
  /// Which tangents are kept: those of values that some derivative reads, or of the results alone.
  enum class Keep { needed, results };

  void refuse_edited(const typename Tape<T>::Read& read) const;
  void refuse_edited() const;
  void find_path(Vars targets, const char* what);
  void extend_path(std::size_t begin);
  void begin(Vars ys);
  void seed(const Var<T>& y, const Var<T>* dy);
  void run(Id last);
  Var<T> taken(GradientSlots<T>& slots, const Var<T>& target, Id last);
  void step(Id id);
  void first_order(const Call<T>& call);
  void replay(const Call<T>& call, const std::function<Var<T>(Vars)>& f);
  bool wanted(Id id) const;
  bool has(Id id) const;
  void add(Id id, const Var<T>& dx);

  // pass_watched.cpp
  void watched(const Call<T>& call, Span& span);
  void refuse_anomalies(const Call<T>& call);
  void finish(Id id, Direction direction, Span& span) const;

  // pass_forward.cpp
  void begin_forward(Vars targets, Vars directions);
  void forward(Id begin, Id end, Keep keep);
  void forward_step(Id id);
  // A copy: the tape's own list moves when something is recorded.
  std::vector<Id> inputs_of(Id id) const {
    const auto inputs = tape_.inputs(tape_.nodes_[id]);
    return {inputs.begin(), inputs.end()};
  }
  bool is_kept(Id id) const { return is_target_[id]; }
  bool any_moves(std::span<const Id> ids) const {
    return std::any_of(ids.begin(), ids.end(), [&](Id id) { return tangents_.find(id); });
  }
  void with_tangents(const Call<T>& call, const std::function<void(Vars)>& f);
  Array<T> tangent_by_rule(Id id);
  Alone record_alone(Id id, Array<T> dy, bool varies_dy);
  Var<T> stand_in(Id id, bool varies);

  // pass_second.cpp
  void second_order_step(Id id);
  void curvature_by_rule(Id id);
  bool has_curvature(Id id) const;

  Tape<T>& tape_;
  bool record_ = false;
  bool rules_only_ = false;
  GradientSlots<T> slots_;
  GradientSlots<T> second_;           ///< the tangents of the gradients
  GradientSlots<T>* from_ = &slots_;  ///< where dy is read from
  GradientSlots<T>* to_ = &slots_;    ///< where dx is added to
  Tangents<T> tangents_;
  std::vector<Id> last_use_;           ///< by node, while going forwards
  std::vector<Id> recorded_;           ///< gradient Vars by node, kNone where there is none
  std::vector<std::uint8_t> on_path_;  ///< with targets: whether a node depends on one
  std::vector<std::uint8_t> is_target_;
  bool leaves_too_ = true;  ///< whether gradients of leaves are wanted
  Alone* alone_ = nullptr;  ///< while a rule is recorded by itself
  Var<T> dy_;
};

}  // namespace engram
