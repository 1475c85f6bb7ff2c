#include "engram/core/tables/deferred_leaf_gradients.hpp"

#include <algorithm>

#include "engram/core/loops/broadcast.hpp"
#include "engram/core/product/gemm.hpp"

namespace engram {

template <class T>
void DeferredLeafGradients<T>::clear() {
  rows_.clear();
  products_.clear();
}

template <class T>
bool DeferredLeafGradients<T>::has_rows(Id id) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Rows& part) { return part.id == id; });
}

template <class T>
bool DeferredLeafGradients<T>::has_products(Id id) const {
  return std::any_of(products_.begin(), products_.end(),
                     [&](const Product& part) { return part.id == id; });
}

template <class T>
Gradient<T> DeferredLeafGradients<T>::rows(Id id, const Shape& table) {
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
  Indices rows = Indices::uninitialized({unique}, pool_);
  Array<T> values = Array<T>::uninitialized(table.with(0, unique), pool_);
  same_.clear();
  Index at = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    same_.push_back(order_[i].values);
    if (i + 1 < order_.size() && order_[i + 1].row == order_[i].row) continue;
    rows.edit_shared()[at] = order_[i].row;
    T* to = values.edit_shared() + at++ * width;
    if (same_.size() == 1) {
      std::copy_n(same_[0], width, to);
    } else {
      sum_rows(std::span<const T* const>(same_), width, T{0}, to);
    }
    same_.clear();
  }
  return Gradient<T>(table, std::move(rows), std::move(values));
}

// The factors of all products one under the other, the first recorded first. Windows that follow
// one another in memory already are.
template <class T>
Array<T> DeferredLeafGradients<T>::stacked(Id id, Array<T> Product::*factor, Index rows) const {
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
  Array<T> out = Array<T>::uninitialized(shape, pool_);
  T* to = out.edit() + out.size();
  for (const Product& part : products_) {
    if (part.id != id) continue;
    const Array<T>& x = part.*factor;
    to -= x.size();
    std::copy_n(x.data(), x.size(), to);
  }
  return out;
}

template <class T>
void DeferredLeafGradients<T>::multiply_out(Id id, const Workers* workers, T* target, T beta) {
  Index rows = 0;
  for (const Product& part : products_) rows += part.id == id ? part.x.extent(0) : 0;
  const Array<T> x = stacked(id, &Product::x, rows), dy = stacked(id, &Product::dy, rows);
  gemm(workers, Transpose::yes, Transpose::no, x.extent(1), dy.extent(1), rows, x.data(), dy.data(),
       beta, target);
  std::erase_if(products_, [&](const Product& part) { return part.id == id; });
}

template class DeferredLeafGradients<float>;
template class DeferredLeafGradients<double>;

}  // namespace engram
