// GradientTable: the gradients of a backward pass under way, in numbers. Internal.
#pragma once

#include <utility>
#include <vector>

#include "engram/core/memory/chunked.hpp"
#include "engram/core/memory/initialized.hpp"
#include "engram/core/tables/deferred_leaf_gradients.hpp"
#include "engram/core/tables/path.hpp"

namespace engram {

/// A place for the gradient of each node of a tape.
///
/// Memory is written once and moved never, where that can be had, and gets its first values by
/// being written, not by being zeroed (`Initialized`). Where a gradient begins:
///
/// - in memory of its own: what most operations make (`begins_apart`)
/// - as a window onto the gradient of its input: that of a view whose elements lie side by side
///   (`is_open_view`, `open_window`), or, for kernels that can write there, apart (`opens_strided`)
/// - in the place of the gradient of a term: that of y = ... + b, where b is a view that nothing
///   else uses (`lend`)
/// - not at all, yet: products and rows of a leaf, which are added up at the end
///   (`DeferredLeafGradients`; calls.cpp decides)
template <class T>
class GradientTable {
 public:
  /// For gradients of what `path` has.
  GradientTable(Tape<T>& tape, Path<T>& path) : tape_(tape), path_(path), deferred_(tape.pool()) {}

  /// Makes places for the gradients of nodes up to `count`. Those of leaves, and of what the path
  /// is asked for, can be taken out in the end, unless `are_taken` is false: then none is, and
  /// leaves have none.
  void reset(std::size_t count, bool are_taken = true);
  /// Makes places for nodes that were recorded since, up to `count`, or drops those from `count`
  /// on.
  void resize(std::size_t count);
  /// Drops all gradients and keeps the tables' memory.
  void clear();
  Tape<T>& tape() { return tape_; }
  Path<T>& path() { return path_; }

  /// Whether a gradient is wanted.
  bool wants(Id id) const {
    const Node<T>& node = tape_.node(id);
    return path_.has(id, node) && (are_taken_ || node.kind == Kind::operation);
  }
  bool has(Id id) const { return numbers_[id] != 0; }
  /// The same, or rows or factors are kept for a leaf.
  bool has_any(Id id) const {
    return id < numbers_.size() &&
           (has(id) || deferred_.has_rows(id) || deferred_.has_products(id));
  }
  /// Whether the gradient lies within that of another node, so that there is nothing left to do
  /// when its node is reached.
  bool is_in_place(Id id) const { return slot(id).owner != id; }
  /// The gradient of a node that is reached: nothing will be added to it any more.
  const Array<T>& finished(Id id);
  const Array<T>& operator[](Id id) const { return slot(id).gradient; }

  /// The memory to add to. With `zeroed`, zeros at first; else beta is 0 for memory that has no
  /// value yet.
  T* open(Id id, bool zeroed, T& beta);
  /// The same, not zeroed, as an array whose elements may lie apart.
  const Array<T>& open_strided(Id id, T& beta);
  /// Adds a derivative, summed over the axes that the node was broadcast along.
  void add(Id id, const Array<T>& dx);
  /// Adds a derivative that is a sum, of which there may be many: what rounding loses of them is
  /// kept beside the gradient until it is finished.
  void add_sum(Id id, const Array<T>& dx);
  /// Adds a derivative in memory that nobody else reads or writes any more.
  void give(Id id, const Array<T>& dx);
  /// Whether nobody but the slot holds the memory of a gradient that is reached.
  bool is_free(Id id) const { return !must_remain(id) && slot(id).gradient.is_unshared(); }
  DeferredLeafGradients<T>& deferred() { return deferred_; }
  /// Adds up the products kept for a leaf: all that there will be are there.
  void add_up(Id id);
  void put(Id id, Array<T> gradient);

  /// Gives the memory of a gradient back that has been used and that nobody asked for.
  void release(Id id);
  /// Takes a finished gradient out.
  Gradient<T> take(Id id);

 private:
  struct Slot {
    Array<T> gradient;
    Id owner;     ///< the node whose slot knows which elements have values
    bool shared;  ///< the memory is written through several slots
    bool lent;    ///< what the only user of the node adds is there already
    Initialized written = Initialized::none(0);  ///< of an owner's gradient
  };

  /// What the sums added to a gradient lost by rounding.
  struct Lost {
    Id id;
    Array<T> digits;
  };

  /// What a node is an input of.
  struct Use {
    Index count = 0;
    Index tiled = 0;  ///< elements that its uses are windows onto, one after another; -1: otherwise
  };

  Slot& slot(Id id) { return slots_[numbers_[id] - 1]; }
  const Slot& slot(Id id) const { return slots_[numbers_[id] - 1]; }
  Slot& make(Id id, Array<T>&& gradient, Id owner, bool shared, bool has_values = true);
  Slot& make_own(Id id, bool has_values);
  bool must_remain(Id id) const;
  bool begins_apart(Id id) const;
  bool is_open_view(Id id) const;
  bool opens_strided(Id id) const;
  void add_blocks(Id id, const Array<T>& dx);
  const Array<T>& with_lost(Id id);
  Array<T> viewed(Id view, const Array<T>& input) const;
  void open_window(Id id);
  void share(Id id);
  void close_strided(Id id);
  bool lend(Id id);
  void find_uses();
  bool is_sole_piece(Id id);
  T begin_writing(const Slot& to);
  const Array<T>& fill_own(Id id, T& beta);
  Gradient<T> take_rows(Id id);

  Tape<T>& tape_;
  Path<T>& path_;
  bool are_taken_ = true;
  DeferredLeafGradients<T> deferred_;
  Chunked<Slot> slots_;
  std::vector<std::uint32_t> numbers_;  ///< of slots by node, from 1; 0: no contribution yet
  std::vector<std::uint32_t> unused_;   ///< numbers of slots that were released
  std::vector<Lost> lost_;              ///< few: of biases
  std::vector<Use> uses_;               ///< by node; found when needed
  std::vector<Id> chain_;               ///< views of views, while opening one
};

}  // namespace engram
