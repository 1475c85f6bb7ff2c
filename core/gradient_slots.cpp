#include "engram/core/gradient_slots.hpp"

#include <algorithm>

#include "engram/core/linear.hpp"
#include "engram/core/nest.hpp"
#include "engram/core/span.hpp"

namespace engram {
namespace {

// target = beta * target + x, of one shape; either may be a part of an array.
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
void GradientSlots<T>::reset(std::size_t count) {
  grads_.resize(count);
  holds_.assign(count, Hold::nothing);
}

template <class T>
void GradientSlots<T>::clear() {
  grads_.clear();
  holds_.clear();
  rows_.clear();
  products_.clear();
}

template <class T>
void GradientSlots<T>::release(Id id) {
  if (keeps(id)) return;
  grads_[id] = Array<T>();
  holds_[id] = Hold::nothing;
}

template <class T>
void GradientSlots<T>::put(Id id, Array<T> gradient) {
  grads_[id] = std::move(gradient);
  holds_[id] = Hold::array;
}

// Whether the caller asked for this gradient, so that it must not be shared or released.
template <class T>
bool GradientSlots<T>::keeps(Id id) const {
  return tape_.node(id).kind != Kind::operation || (!is_target_.empty() && is_target_[id]);
}

// Whether the gradient of a node is to be a window onto that of its input.
template <class T>
bool GradientSlots<T>::is_view(Id id) const {
  const Operation<T>* operation = tape_.node(id).operation;
  return operation && operation->is_view() && !operation->is_part() && !keeps(id);
}

template <class T>
bool GradientSlots<T>::is_open_view(Id id) const {
  return holds_[id] == Hold::nothing && is_view(id);
}

template <class T>
bool GradientSlots<T>::has_rows(Id id) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Rows& part) { return part.id == id; });
}

template <class T>
bool GradientSlots<T>::has_parts(Id id) const {
  return has_rows(id) || std::any_of(products_.begin(), products_.end(),
                                     [&](const Product& part) { return part.id == id; });
}

template <class T>
void GradientSlots<T>::zero(Id id) {
  if (holds_[id] != Hold::nothing) return;
  const Shape& shape = tape_.node(id).value.shape();
  grads_[id] = Array<T>::uninitialized(shape, tape_.pool());
  std::fill_n(grads_[id].edit(), shape.size(), T{0});
  holds_[id] = Hold::array;
}

// The gradient of a view is a window onto the gradient of what it is a view of: adding to one
// adds to the other. Views of views are followed by a loop, however long the chain.
template <class T>
void GradientSlots<T>::open_window(Id id) {
  for (; is_open_view(id); id = tape_.inputs(tape_.node(id))[0]) chain_.push_back(id);
  zero(id);
  for (; !chain_.empty(); chain_.pop_back()) {
    const Id view = chain_.back();
    share(id);
    grads_[view] = tape_.node(view).operation->view(grads_[id]);
    holds_[view] = Hold::window;
    id = view;
  }
}

// From here on the gradient is written through other handles too.
template <class T>
void GradientSlots<T>::share(Id id) {
  if (holds_[id] != Hold::array) return;
  grads_[id].edit();  // memory of its own first
  holds_[id] = Hold::window;
}

// Whether the gradient of a node can begin as a part of that of its input.
template <class T>
bool GradientSlots<T>::opens_part(Id id) const {
  const Operation<T>* operation = tape_.node(id).operation;
  return holds_[id] == Hold::nothing && operation && operation->is_part() && !keeps(id);
}

// For those who need its elements side by side: a gradient of its own, which the op will add.
template <class T>
void GradientSlots<T>::close_part(Id id) {
  const Array<T> own = Array<T>::uninitialized(grads_[id].shape(), tape_.pool());
  add_same(grads_[id], own, T{0});
  add_same(Array<T>(own.shape()), grads_[id], T{0});
  grads_[id] = own;
  holds_[id] = Hold::array;
}

template <class T>
const Array<T>& GradientSlots<T>::open_part(Id id, T& beta) {
  if (opens_part(id)) {
    const Id input = tape_.inputs(tape_.node(id))[0];
    if (holds_[input] == Hold::part) close_part(input);
    if (is_open_view(input)) open_window(input);
    zero(input);
    share(input);
    grads_[id] = tape_.node(id).operation->view(grads_[input]);
    holds_[id] = Hold::part;
  }
  beta = 1;
  if (holds_[id] != Hold::part) open(id, false, beta);
  return grads_[id];
}

template <class T>
T* GradientSlots<T>::open(Id id, bool zeroed, T& beta) {
  const Node<T>& node = tape_.node(id);
  if (is_open_view(id)) open_window(id);
  if (holds_[id] == Hold::part) close_part(id);
  beta = 1;
  if (holds_[id] == Hold::nothing) {
    if (zeroed) {
      zero(id);
    } else {
      grads_[id] = Array<T>::uninitialized(node.value.shape(), tape_.pool());
      holds_[id] = Hold::array;
      beta = 0;
    }
  }
  return holds_[id] == Hold::window ? grads_[id].edit_shared() : grads_[id].edit();
}

template <class T>
void GradientSlots<T>::add(Id id, const Array<T>& dx) {
  const Node<T>& node = tape_.node(id);
  const bool same = dx.shape() == node.value.shape();
  if (holds_[id] == Hold::nothing && same && !is_open_view(id) && !opens_part(id)) {
    grads_[id] = dx;  // shared, not copied: `open` takes its own copy before it adds
    holds_[id] = Hold::array;
    return;
  }
  if (!broadcasts_to(node.value.shape(), dx.shape())) {
    fail("a derivative of shape ", dx.shape(), " for an input of shape ", node.value.shape(),
         "; it must have this shape, or one that this broadcasts to");
  }
  T beta = 0;
  if (same) {
    const Array<T>& target = open_part(id, beta);
    return add_same(dx, target, beta);
  }
  T* target = open(id, false, beta);
  add_reduced(dx, node.value.shape(), target, beta);
}

template <class T>
Gradient<T> GradientSlots<T>::take_rows(Id id) {
  Span span(tape_.track());
  const Shape& table = tape_.node(id).value.shape();
  const Index width = table.without(0).size();
  order_.clear();
  for (const Rows& part : rows_) {
    if (part.id != id) continue;
    for (Index i = 0; i < part.rows.size(); ++i) {
      order_.push_back(
          {part.rows[i], static_cast<std::uint32_t>(order_.size()), part.dy.data() + i * width});
    }
  }
  std::sort(order_.begin(), order_.end());
  Index unique = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    unique += i == 0 || order_[i].row != order_[i - 1].row;
  }
  Indices rows = Indices::uninitialized({unique}, tape_.pool());
  Array<T> values = Array<T>::uninitialized(table.with(0, unique), tape_.pool());
  Index at = -1;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const T* from = order_[i].values;
    if (i == 0 || order_[i].row != order_[i - 1].row) {
      rows.edit_shared()[++at] = order_[i].row;
      std::copy_n(from, width, values.edit_shared() + at * width);
    } else {
      T* to = values.edit_shared() + at * width;
      for (Index k = 0; k < width; ++k) to[k] += from[k];
    }
  }
  if (span) {
    span.done("rows of a leaf", Direction::backward, values.shape(), values.values().size_bytes(),
              tape_.node(id).site);
  }
  return Gradient<T>(table, std::move(rows), std::move(values));
}

// The factors of all products one under the other, the first recorded first. Windows that follow
// one another in memory already are.
template <class T>
Array<T> GradientSlots<T>::stacked(Id id, Array<T> Product::*factor, Index rows) {
  const Array<T>* above = nullptr;  // products_ runs backwards through the tape
  const Array<T>* last = nullptr;
  bool adjacent = true;
  for (const Product& part : products_) {
    if (part.id != id) continue;
    const Array<T>& x = part.*factor;
    adjacent = adjacent &&
               (!above || (x.shares_memory_with(*above) && x.data() + x.size() == above->data()));
    above = last = &x;
  }
  const Shape shape{rows, last->extent(1)};
  if (adjacent) return last->window(0, shape);
  Array<T> out = Array<T>::uninitialized(shape, tape_.pool());
  T* to = out.edit() + out.size();
  for (const Product& part : products_) {
    if (part.id != id) continue;
    const Array<T>& x = part.*factor;
    to -= x.size();
    std::copy_n(x.data(), x.size(), to);
  }
  return out;
}

// Σ xᵀ dy as one product: the sum over the steps is its inner sum.
template <class T>
void GradientSlots<T>::multiply_out(Id id) {
  Index rows = 0;
  for (const Product& part : products_) rows += part.id == id ? part.x.extent(0) : 0;
  if (rows == 0) return;
  Span span(tape_.track());
  const Array<T> x = stacked(id, &Product::x, rows), dy = stacked(id, &Product::dy, rows);
  T beta = 0;
  T* target = open(id, false, beta);
  gemm(Transpose::yes, Transpose::no, x.extent(1), dy.extent(1), rows, x.data(), dy.data(), beta,
       target);
  const Array<T>& sum = grads_[id];
  if (span) {
    span.done("products of a leaf", Direction::backward, sum.shape(), sum.values().size_bytes(),
              tape_.node(id).site);
  }
}

template <class T>
Gradient<T> GradientSlots<T>::take(Id id) {
  multiply_out(id);
  if (!has_rows(id)) {
    zero(id);
    return Gradient<T>(std::move(grads_[id]));
  }
  Gradient<T> rows = take_rows(id);
  if (holds_[id] == Hold::nothing) return rows;
  Gradient<T> dense(std::move(grads_[id]));
  dense.add(rows);
  return dense;
}

template class GradientSlots<float>;
template class GradientSlots<double>;

}  // namespace engram
