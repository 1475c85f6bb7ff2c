// Gradients: what a backward pass returns.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engram/core/parallel.hpp"
#include "engram/core/parameters.hpp"
#include "engram/core/var.hpp"

namespace engram {

/// The gradient of one value: dense, or as the rows that were touched when the value is a table
/// whose rows were gathered (an embedding).
template <class T>
class Gradient {
 public:
  Gradient() = default;
  explicit Gradient(Array<T> dense) : shape_(dense.shape()), values_(std::move(dense)) {}
  /// Rows [n] without repeats, ascending, and their values [n, ...] of a table of shape `shape`.
  Gradient(const Shape& shape, Indices rows, Array<T> values)
      : shape_(shape), rows_(std::move(rows)), values_(std::move(values)) {}

  const Shape& shape() const { return shape_; }
  bool is_sparse() const { return rows_.has_value(); }
  const Indices& rows() const& { return *rows_; }  ///< sparse only
  Indices rows() && { return *std::move(rows_); }
  const Array<T>& values() const& { return values_; }  ///< dense: all; sparse: of the rows
  Array<T>& values() & { return values_; }
  Array<T> values() && { return std::move(values_); }
  /// The gradient as an array of the shape of the value.
  Array<T> dense() const;

  /// Adds `other`, in place where it can: dense += either, rows merged with rows. Adding to a
  /// default-constructed gradient takes `other` as it is.
  void add(const Gradient& other, const Workers* workers = nullptr);

 private:
  Shape shape_;
  std::optional<Indices> rows_;
  Array<T> values_;
};

/// Gradients of the parameters and variables that a result depends on. Nothing is stored on the
/// parameter: there is no stale gradient to zero and nothing to lock.
template <class T>
class Gradients {
 public:
  struct Entry {
    std::optional<ParamRef<T>> param;  ///< empty for a `variable`
    Var<T> leaf;
    Gradient<T> gradient;
    Var<T> var;  ///< the gradient on the tape, when it was recorded
  };

  using Entries = std::vector<Entry, PoolAllocator<Entry>>;

  Gradients() = default;
  explicit Gradients(Pool& pool) : entries_(PoolAllocator<Entry>(pool)) {}

  /// The gradient of a parameter, or null when the result does not depend on it.
  const Gradient<T>* find(const ParamRef<T>& param) const&;
  Gradient<T>* find(const ParamRef<T>& param) &;
  const Gradient<T>* find(const ParamRef<T>& param) && = delete;
  /// The gradient as a dense array. Throws `Error` when the result does not depend on it.
  Array<T> operator[](const ParamRef<T>& param) const;
  Array<T> operator[](const Var<T>& variable) const;
  /// The recorded gradient, to be differentiated again. Throws `Error` unless `record` was on.
  Var<T> var(const ParamRef<T>& param) const;
  Var<T> var(const Var<T>& variable) const;

  /// Adds the gradients of `other`, parameter by parameter; variables stay with their own tape.
  void add(const Gradients& other);

  /// The gradients of these parameters alone, for an optimiser of a part of the model: what is left
  /// out counts neither in its steps nor in clipping.
  Gradients of(const Parameters<T>& parameters) const&;
  Gradients of(const Parameters<T>& parameters) &&;

  Entries& entries() & { return entries_; }
  const Entries& entries() const& { return entries_; }
  Entries entries() && { return std::move(entries_); }  ///< `for (.. : tape.backward(y).entries())`

 private:
  const Entry& entry(const ParamRef<T>& param) const;
  const Entry& entry(const Var<T>& variable) const;

  Entries entries_;
};

extern template class Gradient<float>;
extern template class Gradient<double>;
extern template class Gradients<float>;
extern template class Gradients<double>;

}  // namespace engram
