// GradientSlots: the gradients of a backward pass under way, in numbers. Internal.
#pragma once

#include <compare>
#include <utility>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram {

/// A place for the gradient of each node of a tape.
template <class T>
class GradientSlots {
 public:
  explicit GradientSlots(Tape<T>& tape) : tape_(tape) {}

  /// Empties the slots and makes `count` of them.
  void reset(std::size_t count);
  /// Drops all gradients and keeps the tables' memory.
  void clear();
  /// The nodes whose gradients are asked for, as flags by node; beside them all leaves are.
  void ask_for(std::vector<std::uint8_t> targets) { is_target_ = std::move(targets); }

  bool has(Id id) const { return holds_[id] != Hold::nothing; }
  /// Whether rows or factors are kept for a leaf.
  bool has_parts(Id id) const;
  /// Whether the gradient is a part of that of the node it is a view of, so that there is nothing
  /// left to do when the view is reached.
  bool is_window(Id id) const {
    return holds_[id] == Hold::part || (holds_[id] == Hold::window && is_view(id));
  }
  const Array<T>& operator[](Id id) const { return grads_[id]; }

  /// The memory to add to. With `zeroed`, zeros at first; else beta is 0 for memory that has no
  /// value yet.
  T* open(Id id, bool zeroed, T& beta);
  /// The same, not zeroed, as an array that may be a part of another.
  const Array<T>& open_part(Id id, T& beta);
  /// Adds a derivative, summed over the axes that the node was broadcast along.
  void add(Id id, const Array<T>& dx);
  /// Keeps rows of the derivative of a table that is a leaf.
  void add_rows(Id id, const Indices& rows, const Array<T>& dy) { rows_.push_back({id, rows, dy}); }
  /// Keeps the factors of a derivative xᵀ dy of a matrix that is a leaf.
  void add_product(Id id, const Array<T>& x, const Array<T>& dy) {
    products_.push_back({id, x, dy});
  }
  void put(Id id, Array<T> gradient);

  /// Gives the memory of a gradient back that has been used and that nobody asked for.
  void release(Id id);
  /// Takes a finished gradient out.
  Gradient<T> take(Id id);

 private:
  /// How the gradient of a node is held.
  enum class Hold : std::uint8_t {
    nothing,  ///< no contribution yet
    array,    ///< an array, shared until it is added to
    window,   ///< memory that is written through other slots as well: views and their inputs
    part,     ///< the same, and its elements may lie apart
  };
  struct Rows {
    Id id;
    Indices rows;
    Array<T> dy;
  };
  struct Product {
    Id id;
    Array<T> x, dy;
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

  bool keeps(Id id) const;
  bool is_view(Id id) const;
  bool is_open_view(Id id) const;
  void zero(Id id);
  void open_window(Id id);
  void share(Id id);
  bool opens_part(Id id) const;
  void close_part(Id id);
  bool has_rows(Id id) const;
  Gradient<T> take_rows(Id id);
  void multiply_out(Id id);
  Array<T> stacked(Id id, Array<T> Product::*factor, Index rows);

  Tape<T>& tape_;
  std::vector<Array<T>> grads_;
  std::vector<Hold> holds_;
  std::vector<Rows> rows_;
  std::vector<Product> products_;
  std::vector<RowAt> order_;
  std::vector<Id> chain_;  ///< views of views, while opening one
  std::vector<std::uint8_t> is_target_;
};

}  // namespace engram
