#include "engram/core/tables/gradient_table.hpp"

#include <algorithm>
#include <cmath>

#include "engram/core/loops/broadcast.hpp"
#include "engram/core/loops/nest.hpp"
#include "engram/core/loops/row_blocks.hpp"
#include "engram/core/operation/observed.hpp"

namespace engram {
namespace {

// target = beta * target + x, of one shape; the elements of either may lie apart.
template <class T>
void add_same(const Array<T>& x, const Array<T>& target, T beta) {
  const Nest<2> nest(x.shape(), {x.strides(), target.strides()});
  const Index n = nest.run_length();
  nest.each([&](const std::array<Index, 2>& at) {
    const T* from = x.data() + at[0];
    T* to = target.edit_shared() + at[1];
    beta == 0 ? static_cast<void>(std::copy_n(from, n, to)) : add_to(to, from, n);
  });
}

}  // namespace

template <class T>
void GradientTable<T>::reset(std::size_t count, bool are_taken) {
  clear();
  are_taken_ = are_taken;
  numbers_.assign(count, 0);
}

template <class T>
void GradientTable<T>::resize(std::size_t count) {
  for (auto id = static_cast<Id>(count); id < numbers_.size(); ++id) {
    if (!has(id)) continue;
    slot(id).gradient.clear();
    unused_.push_back(numbers_[id]);
  }
  numbers_.resize(count);
  std::erase_if(lost_, [&](const Lost& l) { return l.id >= count; });
  uses_.clear();
}

template <class T>
void GradientTable<T>::clear() {
  slots_.shrink(0);
  numbers_.clear();
  unused_.clear();
  uses_.clear();
  lost_.clear();
  deferred_.clear();
}

template <class T>
typename GradientTable<T>::Slot& GradientTable<T>::make(Id id, Array<T>&& gradient, Id owner,
                                                        bool shared, bool has_values) {
  if (unused_.empty()) {
    slots_.emplace_back();
    numbers_[id] = static_cast<std::uint32_t>(slots_.size());
  } else {
    numbers_[id] = unused_.back();
    unused_.pop_back();
  }
  Slot& made = slot(id);
  made.gradient = std::move(gradient);
  made.owner = owner;
  made.shared = shared;
  made.lent = false;
  const Index size = made.gradient.size();
  made.written = has_values ? Initialized::all(size) : Initialized::none(size);
  return made;
}

// Memory of its own for a gradient.
template <class T>
typename GradientTable<T>::Slot& GradientTable<T>::make_own(Id id, bool has_values) {
  const Shape& shape = tape_.node(id).value.shape();
  return make(id, Array<T>::uninitialized(shape, tape_.pool()), id, false, has_values);
}

template <class T>
void GradientTable<T>::release(Id id) {
  if (must_remain(id)) return;
  slot(id).gradient.clear();
  unused_.push_back(numbers_[id]);
  numbers_[id] = 0;
}

template <class T>
void GradientTable<T>::put(Id id, Array<T> gradient) {
  if (has(id)) unused_.push_back(numbers_[id]);
  make(id, std::move(gradient), id, false);
}

// Whether the caller asked for this gradient, so that its memory must be its own.
template <class T>
bool GradientTable<T>::must_remain(Id id) const {
  return tape_.node(id).kind != Kind::operation || (are_taken_ && path_.is_asked_for(id));
}

// Whether the gradient of a node begins in memory of its own, as that of most does.
template <class T>
bool GradientTable<T>::begins_apart(Id id) const {
  const Operation<T>* operation = tape_.node(id).operation;
  return !has(id) && (!operation || operation->traits().is_apart());
}

// Whether the gradient of a node can begin as a window onto that of its input. A single element
// is held in its array itself, with no memory to look onto.
template <class T>
bool GradientTable<T>::is_open_view(Id id) const {
  const Node<T>& node = tape_.node(id);
  return node.operation && node.operation->traits().result == Result::window && !has(id) &&
         !must_remain(id) && tape_.node(tape_.inputs(node)[0]).value.size() > 1;
}

// The same for one whose elements may lie apart.
template <class T>
bool GradientTable<T>::opens_strided(Id id) const {
  const Operation<T>* operation = tape_.node(id).operation;
  return operation && operation->traits().result == Result::strided && !has(id) && !must_remain(id);
}

// The gradient of a view, in that of its input.
template <class T>
Array<T> GradientTable<T>::viewed(Id view, const Array<T>& input) const {
  return input.view(tape_.node(view).operation->view(input.shape()));
}

// The gradient of a view is a window onto the gradient of what it is a view of: adding to one
// adds to the other. Views of views are followed by a loop, however long the chain.
template <class T>
void GradientTable<T>::open_window(Id id) {
  for (; is_open_view(id); id = tape_.inputs(tape_.node(id))[0]) chain_.push_back(id);
  share(id);
  for (; !chain_.empty(); chain_.pop_back()) {
    const Id view = chain_.back();
    const Slot& from = slot(id);
    make(view, viewed(view, from.gradient), from.owner, true);
    id = view;
  }
}

// From here on the gradient is written through other slots too.
template <class T>
void GradientTable<T>::share(Id id) {
  if (!has(id)) make_own(id, false);
  Slot& own = slot(id);
  if (own.gradient.is_strided()) close_strided(id);
  if (!own.shared) own.gradient.edit();  // memory of its own first
  own.shared = true;
}

// For those who need its elements side by side: a gradient of its own, which the op will add.
template <class T>
void GradientTable<T>::close_strided(Id id) {
  Slot& part = slot(id);
  const Array<T> own = Array<T>::uninitialized(part.gradient.shape(), tape_.pool());
  add_same(part.gradient, own, T{0});
  add_same(Array<T>(own.shape()), part.gradient, T{0});
  part = Slot{own, id, false, false, Initialized::all(own.size())};
}

template <class T>
void GradientTable<T>::find_uses() {
  uses_.assign(numbers_.size(), Use());
  for (Id user = 0; user < uses_.size(); ++user) {
    const Node<T>& node = tape_.node(user);
    for (const Id input : tape_.inputs(node)) {
      Use& use = uses_[input];
      const bool next = node.operation->traits().result == Result::window && use.tiled >= 0 &&
                        node.operation->view(tape_.node(input).value.shape()).offset == use.tiled;
      use.tiled = next ? use.tiled + node.value.size() : -1;
      ++use.count;
    }
  }
}

// Whether the node is a window that has one user, onto a value that has no other uses than such
// windows side by side, as the steps of a sequence are: then that user alone writes this piece of
// the gradient.
template <class T>
bool GradientTable<T>::is_sole_piece(Id id) {
  if (!is_open_view(id)) return false;
  if (uses_.empty()) find_uses();
  const Id whole = tape_.inputs(tape_.node(id))[0];
  return uses_[id].count == 1 && uses_[whole].tiled == tape_.node(whole).value.size() &&
         !must_remain(whole) && tape_.node(whole).operation->traits().result == Result::apart;
}

// y = ... + b: the derivative of b is that of y. When y is all that b is used for, the gradient of
// y is written where that of b belongs, and there is nothing to add to b when y is reached.
template <class T>
bool GradientTable<T>::lend(Id id) {
  const Node<T>& node = tape_.node(id);
  if (!node.operation || node.operation->traits().passes < 0 || must_remain(id)) return false;
  const Id term = tape_.inputs(node)[static_cast<std::size_t>(node.operation->traits().passes)];
  if (tape_.node(term).value.shape() != node.value.shape() || !is_sole_piece(term)) return false;
  open_window(term);
  if (begin_writing(slot(term)) != 0) return false;
  slot(term).lent = true;
  make(id, Array<T>(slot(term).gradient), id, true, false);
  return true;
}

// beta for writing to all elements of a gradient.
template <class T>
T GradientTable<T>::begin_writing(const Slot& to) {
  Slot& owner = slot(to.owner);
  return owner.written.begin(owner.gradient, to.gradient);
}

template <class T>
const Array<T>& GradientTable<T>::finished(Id id) {
  Slot& own = slot(id);
  own.written.finish(own.gradient);
  return lost_.empty() ? own.gradient : with_lost(id);
}

template <class T>
const Array<T>& GradientTable<T>::open_strided(Id id, T& beta) {
  if (begins_apart(id)) return fill_own(id, beta);
  if (opens_strided(id)) {
    const Id input = tape_.inputs(tape_.node(id))[0];
    if (is_open_view(input)) open_window(input);
    if (has(input) || !lend(input)) share(input);
    const Slot& from = slot(input);
    make(id, viewed(id, from.gradient), from.owner, true);
  }
  if (!has(id) || !slot(id).gradient.is_strided()) {
    open(id, false, beta);
  } else {
    beta = begin_writing(slot(id));
  }
  return slot(id).gradient;
}

// Memory for a gradient that is about to be written for the first time, as a whole.
template <class T>
const Array<T>& GradientTable<T>::fill_own(Id id, T& beta) {
  beta = 0;
  return make_own(id, true).gradient;
}

template <class T>
T* GradientTable<T>::open(Id id, bool zeroed, T& beta) {
  if (is_open_view(id)) {
    open_window(id);
  } else if (!has(id) && !lend(id)) {
    const Array<T>& own = fill_own(id, beta);
    if (zeroed) std::fill_n(own.edit_shared(), own.size(), T{0});
    return own.edit_shared();
  }
  Slot& to = slot(id);
  if (to.gradient.is_strided()) close_strided(id);
  T* data = to.shared ? to.gradient.edit_shared() : to.gradient.edit();
  beta = begin_writing(to);
  if (zeroed && beta == 0) std::fill_n(data, to.gradient.size(), T{0});
  return data;
}

template <class T>
void GradientTable<T>::give(Id id, const Array<T>& dx) {
  if (has(id) || is_open_view(id) || opens_strided(id)) return add(id, dx);
  make(id, Array<T>(dx), id, true);
}

template <class T>
void GradientTable<T>::add(Id id, const Array<T>& dx) {
  const Shape& shape = tape_.node(id).value.shape();
  const bool same = dx.shape() == shape;
  if (!has(id) && same && !is_open_view(id) && !opens_strided(id)) {
    // Shared, not copied: `open` takes its own copy before it adds.
    make(id, Array<T>(dx), id, false);
    return;
  }
  if (!broadcasts_to(shape, dx.shape())) {
    fail("a derivative of shape ", dx.shape(), " for an input of shape ", shape,
         "; it must have this shape, or one that this broadcasts to");
  }
  if (has(id) && std::exchange(slot(id).lent, false)) return;
  T beta = 0;
  if (same) {
    const Array<T>& target = open_strided(id, beta);
    return add_same(dx, target, beta);
  }
  add_blocks(id, dx);
}

// Adds what is left of dx when the axes are summed that the node was broadcast along: block after
// block of rows, so that a sequence that is cut into pieces gives the same bits.
template <class T>
void GradientTable<T>::add_blocks(Id id, const Array<T>& dx) {
  const Shape& shape = tape_.node(id).value.shape();
  const int fresh = dx.rank() - shape.rank();
  int axes = fresh;
  while (axes < dx.rank() && shape[axes - fresh] == 1) ++axes;
  const Index rows = dx.shape().axes(0, axes).size();
  const Shape row = dx.shape().axes(axes, dx.rank());
  const Shape to = shape.axes(axes - fresh, shape.rank());
  const auto add_rows = [&](Index begin, Index end) {
    Array<T> sum = Array<T>::uninitialized(shape, tape_.pool());
    add_reduced(dx.window(begin * row.size(), row.inserted(0, end - begin)), to, sum.edit(), T{0});
    add_sum(id, sum);
  };
  rows == 0 || row.size() == 1 ? add_rows(0, rows) : each_row_block_from_the_end(rows, add_rows);
}

// Both digits of a sum of two. Source: D. E. Knuth (1998), "The Art of Computer Programming", 4.2.2
template <class T>
void GradientTable<T>::add_sum(Id id, const Array<T>& dx) {
  if (!has(id) || slot(id).lent) return add(id, dx);
  T beta = 0;
  const Array<T>& sum = open_strided(id, beta);
  if (beta == 0) return add_same(dx, sum, beta);
  auto lost = std::find_if(lost_.begin(), lost_.end(), [&](const Lost& l) { return l.id == id; });
  if (lost == lost_.end()) {
    lost = lost_.insert(lost, Lost{id, Array<T>::uninitialized(dx.shape(), tape_.pool())});
    std::fill_n(lost->digits.edit(), dx.size(), T{0});
  }
  const Array<T>& digits = lost->digits;
  const Nest<3> nest(dx.shape(), {dx.strides(), sum.strides(), digits.strides()});
  nest.each([&](const std::array<Index, 3>& at) {
    const T* x = dx.data() + at[0];
    T *to = sum.edit_shared() + at[1], *rest = digits.edit_shared() + at[2];
    for (Index i = 0; i < nest.run_length(); ++i) {
      const T before = to[i], after = before + x[i], added = after - before;
      rest[i] += (before - (after - added)) + (x[i] - added);
      to[i] = after;
    }
  });
}

template <class T>
const Array<T>& GradientTable<T>::with_lost(Id id) {
  const Array<T>& gradient = slot(id).gradient;
  const auto lost =
      std::find_if(lost_.begin(), lost_.end(), [&](const Lost& l) { return l.id == id; });
  if (lost == lost_.end()) return gradient;
  const Array<T>& digits = lost->digits;
  const Nest<2> nest(gradient.shape(), {gradient.strides(), digits.strides()});
  nest.each([&](const std::array<Index, 2>& at) {
    T* to = gradient.edit_shared() + at[0];
    const T* rest = digits.data() + at[1];
    for (Index i = 0; i < nest.run_length(); ++i) {
      if (std::isfinite(rest[i])) to[i] += rest[i];  // not beside an infinite sum
    }
  });
  lost_.erase(lost);
  return gradient;
}

template <class T>
void GradientTable<T>::add_up(Id id) {
  if (!deferred_.has_products(id)) return;
  Observed<T> observed(tape_);
  T beta = 0;
  T* target = open(id, false, beta);
  deferred_.multiply_out(id, tape_.workers(), target, beta);
  observed.done("products of a leaf", id, slot(id).gradient);
}

template <class T>
Gradient<T> GradientTable<T>::take_rows(Id id) {
  Observed<T> observed(tape_);
  Gradient<T> rows = deferred_.rows(id, tape_.node(id).value.shape());
  observed.done("rows of a leaf", id, rows.values());
  return rows;
}

template <class T>
Gradient<T> GradientTable<T>::take(Id id) {
  add_up(id);
  if (!deferred_.has_rows(id)) {
    if (!has(id)) make_own(id, false);
    finished(id);
    return Gradient<T>(std::move(slot(id).gradient));
  }
  Gradient<T> rows = take_rows(id);
  if (!has(id)) return rows;
  finished(id);
  Gradient<T> dense(std::move(slot(id).gradient));
  dense.add(rows);
  return dense;
}

template class GradientTable<float>;
template class GradientTable<double>;

}  // namespace engram
