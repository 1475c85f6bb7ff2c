// Pass: one run backwards over a tape. Internal: users call Tape::backward.
#pragma once

#include <compare>
#include <utility>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram {

/// Gradients by node while the pass is under way, in numbers or, when they are recorded, as Vars.
template <class T>
class Pass {
 public:
  explicit Pass(Tape<T>& tape) : tape_(tape) {}

  Gradients<T> leaves(const Var<T>& y, const BackwardOptions<T>& options);
  std::vector<Var<T>> of(const Var<T>& y, std::span<const Var<T>> targets,
                         const BackwardOptions<T>& options);

  /// Drops all gradients and keeps the tables' memory.
  void clear();

 private:
  friend class Into<T>;
  friend struct Call<T>;

  /// How the gradient of a node is held.
  enum class Hold : std::uint8_t {
    nothing,  ///< no contribution yet
    array,    ///< an array, shared until it is added to
    window,   ///< a part of the gradient of the node it is a view of
  };
  struct Rows {
    Id id;
    Indices rows;
    Array<T> dy;
  };

  /// One row contribution on its way to a table; ordered by row, then by arrival.
  struct RowAt {
    std::int32_t row;
    std::uint32_t arrival;
    const T* values;
    auto operator<=>(const RowAt& other) const {
      return std::pair(row, arrival) <=> std::pair(other.row, other.arrival);
    }
    bool operator==(const RowAt& other) const = default;
  };

  void refuse_edited(const typename Tape<T>::Read& read) const;
  void run(const Var<T>& y, const BackwardOptions<T>& options);
  void step(Id id);
  bool wanted(Id id) const;
  bool is_open_view(Id id) const;
  bool has_rows(Id id) const;
  bool has(Id id) const;
  bool keeps(Id id) const;
  T* open(Id id, bool zeroed, T& beta);
  void open_window(Id id);
  void zero(Id id);
  void add(Id id, const Array<T>& dx);
  void add(Id id, const Var<T>& dx);
  Gradient<T> take(Id id);
  Gradient<T> take_rows(Id id);

  Tape<T>& tape_;
  bool record_ = false;
  bool rules_only_ = false;
  std::vector<Array<T>> grads_;
  std::vector<Hold> holds_;
  std::vector<Id> recorded_;           ///< gradient Vars by node, kNone where there is none
  std::vector<Rows> rows_;             ///< row contributions to leaves
  std::vector<std::uint8_t> on_path_;  ///< with targets: whether a node depends on one
  std::vector<std::uint8_t> is_target_;
  std::vector<RowAt> order_;
  std::vector<Id> chain_;  ///< views of views, while opening one
  Var<T> dy_;
};

}  // namespace engram
