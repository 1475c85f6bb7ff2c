// Array: a dense row-major array of numbers in pooled memory, with the semantics of a value.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <utility>

#include "engram/core/error.hpp"
#include "engram/core/pool.hpp"
#include "engram/core/shape.hpp"

namespace engram {

/// A dense row-major array. Copies share memory until one of them is edited, so passing by value
/// is cheap and never aliases. `T` is float, double or std::int32_t (see `Indices`).
///
/// A tape keeps columns of a matrix as a *part* of its memory, whose runs of elements lie apart.
/// Only kernels that say so get to see one (`Op::takes_parts`, core/record.hpp); everybody else
/// gets its `dense()` copy, and all of this class but `shape`, `strides` and `dense` is for these.
template <class T>
class Array {
 public:
  using value_type = T;

  /// No elements: shape [0].
  Array() : shape_{0} {}
  /// Zeros.
  explicit Array(const Shape& shape) : Array(uninitialized(shape)) {
    std::fill_n(data_, size(), T{});
  }
  /// The values in row-major order. Throws `Error` when their number is not `shape.size()`.
  Array(const Shape& shape, std::span<const T> values) : Array(uninitialized(shape)) {
    if (static_cast<Index>(values.size()) != size()) {
      fail("an array of shape ", shape, " holds ", size(), " values, ", values.size(), " given");
    }
    std::copy(values.begin(), values.end(), data_);
  }
  Array(const Shape& shape, std::initializer_list<T> values)
      : Array(shape, std::span(values.begin(), values.size())) {}

  /// Memory that has not been written yet, from `pool`.
  static Array uninitialized(const Shape& shape, Pool& pool = Pool::shared()) {
    Block* block = pool.take(static_cast<std::size_t>(shape.size()) * sizeof(T));
    return Array(shape, static_cast<T*>(block->bytes()), block);
  }
  static Array full(const Shape& shape, T value) {
    Array out = uninitialized(shape);
    std::fill_n(out.data_, out.size(), value);
    return out;
  }
  static Array scalar(T value) { return full({}, value); }

  Array(const Array& other) : Array(other, other.watches_) {}
  Array(Array&& other) noexcept
      : shape_(std::exchange(other.shape_, Shape{0})),
        data_(std::exchange(other.data_, nullptr)),
        block_(std::exchange(other.block_, nullptr)),
        pitch_(std::exchange(other.pitch_, 0)),
        run_axis_(other.run_axis_),
        watches_(std::exchange(other.watches_, false)) {}
  Array& operator=(Array other) noexcept {
    std::swap(shape_, other.shape_);
    std::swap(data_, other.data_);
    std::swap(block_, other.block_);
    std::swap(pitch_, other.pitch_);
    std::swap(run_axis_, other.run_axis_);
    std::swap(watches_, other.watches_);
    return *this;
  }
  ~Array() {
    if (!block_) return;
    if (watches_) block_->watchers.fetch_sub(1, std::memory_order_release);
    block_->release();
  }

  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  Index extent(int axis) const { return shape_.extent(axis); }
  Index size() const { return shape_.size(); }

  const T* data() const { return data_; }
  std::span<const T> values() const { return {data_, static_cast<std::size_t>(size())}; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size(); }
  /// The element at a flat row-major offset; not checked.
  T operator[](Index offset) const { return data_[offset]; }
  /// The only element. Throws `Error` when there is not exactly one.
  T item() const {
    if (size() != 1) fail("item(): the array has shape ", shape_, ", not one element");
    return *data_;
  }

  /// The elements for writing; makes this array the only user of its memory first.
  T* edit() {
    if (block_ && (watches_ || !block_->is_unshared())) {
      Array own = uninitialized(shape_, *block_->pool);
      std::copy_n(data_, size(), own.data_);
      *this = std::move(own);
    }
    return data_;
  }
  /// The elements for writing where every array that shares this memory is to see it: gradients
  /// being summed. Everyone else wants `edit`.
  T* edit_shared() const { return data_; }

  /// This array as a tape holds a parameter: it keeps the memory, but does not keep the parameter
  /// from being edited in place, and so may see other numbers later. Copies of it do likewise.
  Array watching() const { return Array(*this, true); }
  /// The same memory with the semantics of a value again.
  Array settled() const { return Array(*this, false); }

  /// The same memory under another shape of the same size. Throws `Error` otherwise.
  Array reshaped(const Shape& shape) const {
    if (shape.size() != size()) {
      fail("cannot reshape ", shape_, " (", size(), " values) to ", shape, " (", shape.size(), ")");
    }
    Array out = *this;
    out.shape_ = shape;
    return out;
  }
  /// The same memory from row `begin` on, under `shape`; not checked.
  Array window(Index offset, const Shape& shape) const {
    Array out = *this;
    out.shape_ = shape;
    out.data_ += offset;
    return out;
  }

  /// The part [begin, end) of the elements along `axis`, as they lie in this dense array; not
  /// checked. A run of them, which goes over `axis` and all after it, must have at least two.
  Array part(int axis, Index begin, Index end) const {
    const Index inner = shape_.axes(axis + 1, rank()).size();
    Array out = window(begin * inner, shape_.with(axis, end - begin));
    out.pitch_ = static_cast<std::int32_t>(shape_[axis] * inner);
    out.run_axis_ = static_cast<std::uint8_t>(axis);
    return out;
  }
  bool is_part() const { return pitch_ != 0; }
  /// The elements without gaps: itself, or a copy of a part.
  Array dense() const { return is_part() ? dense(pitch_, run_axis_) : *this; }
  /// Elements between neighbours along each axis.
  std::array<Index, kMaxRank> strides() const {
    return is_part() ? strides(pitch_, run_axis_) : shape_.strides();
  }

  /// The pool the memory is from, for a result that goes with this array.
  Pool& pool() const { return block_ ? *block_->pool : Pool::shared(); }
  bool has_memory() const { return block_ != nullptr; }
  bool shares_memory_with(const Array& other) const { return block_ && block_ == other.block_; }

 private:
  Array(const Shape& shape, T* data, Block* block) : shape_(shape), data_(data), block_(block) {}
  Array(const Array& other, bool watches)
      : shape_(other.shape_),
        data_(other.data_),
        block_(other.block_),
        pitch_(other.pitch_),
        run_axis_(other.run_axis_),
        watches_(watches) {
    if (!block_) return;
    block_->acquire();
    if (watches_) block_->watchers.fetch_add(1, std::memory_order_relaxed);
  }

  // Runs that go over all axes from `axis` on begin `pitch` elements apart.
  std::array<Index, kMaxRank> strides(Index pitch, int axis) const {
    auto out = shape_.strides();
    for (int k = axis - 1; k >= 0; --k) {
      out[static_cast<std::size_t>(k)] = pitch;
      pitch *= shape_[k];
    }
    return out;
  }
  Array dense(Index pitch, int axis) const {
    Array out = uninitialized(shape_, pool());
    const Index run = shape_.axes(axis, rank()).size();
    for (Index at = 0, from = 0; at < out.size(); at += run, from += pitch) {
      std::copy_n(data_ + from, run, out.data_ + at);
    }
    return out;
  }

  Shape shape_;
  T* data_ = nullptr;
  Block* block_ = nullptr;
  std::int32_t pitch_ = 0;  ///< of a part: elements from the begin of a run to the next; 0 if dense
  std::uint8_t run_axis_ = 0;
  bool watches_ = false;
};

/// Row numbers, class labels, token ids.
using Indices = Array<std::int32_t>;

}  // namespace engram
