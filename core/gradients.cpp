#include "engram/core/gradients.hpp"

#include <algorithm>

#include "engram/core/loops/broadcast.hpp"
#include "engram/core/tape.hpp"

namespace engram {
namespace {

// to[row] += from for every row of a sparse gradient.
template <class T>
void scatter(const Gradient<T>& from, T* to) {
  const Index width = from.shape().without(0).size();
  const T* values = from.values().data();
  for (const std::int32_t row : from.rows()) {
    T* target = to + row * width;
    for (Index k = 0; k < width; ++k) target[k] += values[k];
    values += width;
  }
}

// Merges two ascending lists of rows; a row in both is added, `a` first.
template <class T>
Gradient<T> merged(const Gradient<T>& a, const Gradient<T>& b) {
  const Index width = a.shape().without(0).size();
  Indices rows = Indices::uninitialized({a.rows().size() + b.rows().size()}, a.values().pool());
  const Index count = std::set_union(a.rows().begin(), a.rows().end(), b.rows().begin(),
                                     b.rows().end(), rows.edit_shared()) -
                      rows.edit_shared();
  rows = rows.window(0, {count});
  Array<T> values = Array<T>::uninitialized(a.shape().with(0, count), a.values().pool());
  T* to = values.edit_shared();
  Index i = 0, j = 0;
  for (const std::int32_t row : rows) {
    const bool in_a = i < a.rows().size() && a.rows()[i] == row;
    const bool in_b = j < b.rows().size() && b.rows()[j] == row;
    const T* x = a.values().data() + i * width;
    const T* y = b.values().data() + j * width;
    for (Index k = 0; k < width; ++k) to[k] = in_a && in_b ? x[k] + y[k] : in_a ? x[k] : y[k];
    i += in_a;
    j += in_b;
    to += width;
  }
  return Gradient<T>(a.shape(), std::move(rows), std::move(values));
}

}  // namespace

template <class T>
Array<T> Gradient<T>::dense() const {
  if (!is_sparse()) return values_;
  Array<T> out(shape_);
  scatter(*this, out.edit());
  return out;
}

template <class T>
void Gradient<T>::add(const Gradient& other, const Workers* workers) {
  if (values_.shape() == Shape::none()) {
    *this = other;
    return;
  }
  if (is_sparse() && other.is_sparse()) {
    *this = merged(*this, other);
    return;
  }
  if (is_sparse()) *this = Gradient(dense());
  T* to = values_.edit();
  if (other.is_sparse()) {
    scatter(other, to);
  } else {
    const T* from = other.values_.data();
    each_block(workers, values_.size(),
               [&](Index begin, Index end) { add_to(to + begin, from + begin, end - begin); });
  }
}

template <class T>
Gradient<T>* Gradients<T>::find(const ParamRef<T>& param) & {
  for (Entry& entry : entries_) {
    if (entry.param && *entry.param == param) return &entry.gradient;
  }
  return nullptr;
}

template <class T>
const Gradient<T>* Gradients<T>::find(const ParamRef<T>& param) const& {
  return const_cast<Gradients*>(this)->find(param);
}

template <class T>
const typename Gradients<T>::Entry& Gradients<T>::entry(const ParamRef<T>& param) const {
  for (const Entry& entry : entries_) {
    if (entry.param && *entry.param == param) return entry;
  }
  fail("no gradient of ", param.str(),
       param.is_trained() ? ": the result of the backward pass does not depend on it"
                          : ": it is frozen, or a buffer, which no gradient is computed for");
}

template <class T>
const typename Gradients<T>::Entry& Gradients<T>::entry(const Var<T>& variable) const {
  bool same_tape = entries_.empty();
  for (const Entry& entry : entries_) {
    if (entry.leaf.is(variable)) return entry;
    same_tape |= entry.leaf.is_beside(variable);
  }
  if (!same_tape) {
    fail(
        "no gradient of this Var: it is of another tape than these gradients, or of the time "
        "before or after a clear()");
  }
  fail(
      "no gradient of this Var: it is no variable or parameter, or the result does not depend on "
      "it; for values in between use grad(y, {x})");
}

template <class T>
Array<T> Gradients<T>::operator[](const ParamRef<T>& param) const {
  return entry(param).gradient.dense();
}

template <class T>
Array<T> Gradients<T>::operator[](const Var<T>& variable) const {
  return entry(variable).gradient.dense();
}

namespace {
template <class T>
Var<T> recorded(const typename Gradients<T>::Entry& entry) {
  if (!entry.var.has_value()) {
    fail("this gradient was not recorded; call backward with {.record = true}");
  }
  return entry.var;
}
}  // namespace

template <class T>
Var<T> Gradients<T>::var(const ParamRef<T>& param) const {
  return recorded<T>(entry(param));
}

template <class T>
Var<T> Gradients<T>::var(const Var<T>& variable) const {
  return recorded<T>(entry(variable));
}

template <class T>
void Gradients<T>::add(const Gradients& other) {
  for (const Entry& entry : other.entries_) {
    if (!entry.param) continue;
    if (Gradient<T>* own = find(*entry.param)) {
      own->add(entry.gradient);
    } else {
      entries_.push_back({entry.param, {}, entry.gradient, {}});
    }
  }
}

template <class T>
Gradients<T> Gradients<T>::of(const Parameters<T>& parameters) const& {
  return Gradients(*this).of(parameters);
}

template <class T>
Gradients<T> Gradients<T>::of(const Parameters<T>& parameters) && {
  std::erase_if(entries_, [&](const Entry& entry) {
    return !entry.param || !parameters.contains(*entry.param);
  });
  return std::move(*this);
}

template class Gradient<float>;
template class Gradient<double>;
template class Gradients<float>;
template class Gradients<double>;

}  // namespace engram
