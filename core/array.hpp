// Array: a dense row-major array of numbers in pooled memory, with the semantics of a value.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <initializer_list>
#include <span>
#include <utility>

#include "engram/core/error.hpp"
#include "engram/core/memory/pool.hpp"
#include "engram/core/memory/view.hpp"
#include "engram/core/shape.hpp"

namespace engram {

/// A dense row-major array. Copies share memory until one of them is edited, so passing by value
/// is cheap and never aliases. A single element is held in the array itself, without pooled memory.
/// Pointers to elements are good while the array is there, and until it is moved or assigned to;
/// those into a temporary would be gone at the end of the line and do not compile.
/// `T` is float, double or std::int32_t (see `Indices`).
///
/// A tape keeps columns of a matrix as a *strided* view of its memory, whose runs of elements lie
/// apart. Only kernels that say so get to see one (`Op::takes_strided`, core/record.hpp); all
/// others get its `dense()` copy, and all of this class but `shape`, `strides` and `dense` is for
/// these.
template <class T>
class Array {
 public:
  using value_type = T;

  /// No elements: shape [0].
  Array() : shape_(Shape::none()) {}
  /// Zeros.
  explicit Array(const Shape& shape) : Array(uninitialized(shape)) {
    std::fill_n(edit_shared(), size(), T{});
  }
  /// The values in row-major order. Throws `Error` when their number is not `shape.size()`.
  Array(const Shape& shape, std::span<const T> values) : Array(uninitialized(shape)) {
    if (static_cast<Index>(values.size()) != size()) {
      fail("an array of shape ", shape, " holds ", size(), " values, ", values.size(), " given");
    }
    std::copy(values.begin(), values.end(), edit_shared());
  }
  Array(const Shape& shape, std::initializer_list<T> values)
      : Array(shape, std::span(values.begin(), values.size())) {}

  /// Memory that has not been written yet, from `pool`. Not inlined: where the compiler sees a
  /// shape being used, it copies it extent by extent, and who then reads it as a whole waits.
  [[gnu::noinline]] static Array uninitialized(const Shape& shape, Pool& pool = Pool::shared()) {
    const Index size = shape.size();
    return Array(shape, size > 1 ? pool.take(static_cast<std::size_t>(size) * sizeof(T)) : nullptr);
  }
  /// A shape whose elements are not there any more; only `shape` may be asked of it.
  static Array gone(const Shape& shape) { return Array(shape, nullptr); }
  static Array full(const Shape& shape, T value) {
    Array out = uninitialized(shape);
    std::fill_n(out.edit_shared(), out.size(), value);
    return out;
  }
  static Array scalar(T value) { return full({}, value); }

  Array(const Array& other) : Array(other, other.watches()) {}
  Array(Array&& other) noexcept
      : shape_(std::exchange(other.shape_, Shape::none())),
        block_(std::exchange(other.block_, nullptr)),
        held_(other.held_) {}
  Array& operator=(const Array& other) { return *this = Array(other); }
  Array& operator=(Array&& other) noexcept {
    if (this == &other) return *this;
    drop();
    shape_ = std::exchange(other.shape_, Shape::none());
    block_ = std::exchange(other.block_, nullptr);
    held_ = other.held_;
    return *this;
  }
  ~Array() { drop(); }

  const Shape& shape() const& { return shape_; }
  Shape shape() const&& { return shape_; }
  int rank() const { return shape_.rank(); }
  Index extent(int axis) const { return shape_.extent(axis); }
  Index size() const { return shape_.size(); }

  const T* data() const& { return edit_shared(); }
  const T* data() const&& = delete;
  std::span<const T> values() const& { return {data(), static_cast<std::size_t>(size())}; }
  std::span<const T> values() const&& = delete;
  const T* begin() const& { return data(); }
  const T* begin() const&& = delete;
  const T* end() const& { return data() + size(); }
  const T* end() const&& = delete;
  /// The element at a flat row-major offset; not checked.
  T operator[](Index offset) const { return data()[offset]; }
  /// The element with these numbers, one to an axis: `a(t, b)`, and -1 is the last. Throws `Error`
  /// as `Shape::offset`.
  T operator()(std::integral auto... at) const {
    return data()[shape_.offset(std::array<Index, sizeof...(at)>{static_cast<Index>(at)...})];
  }
  /// The only element. Throws `Error` when there is not exactly one.
  T item() const {
    if (size() != 1) fail("item(): the array has shape ", shape_, ", not one element");
    return *data();
  }

  /// Gives its memory back and has no elements then: shape [0].
  void clear() & {
    drop();
    shape_ = Shape::none();
    block_ = nullptr;
  }

  /// The elements for writing; makes this array the only user of its memory first.
  T* edit() & {
    if (block_ && (watches() || !block_->is_unshared())) {
      Array own = uninitialized(shape_, *block_->pool);
      std::copy_n(data(), size(), own.edit_shared());
      *this = std::move(own);
    }
    return edit_shared();
  }
  T* edit() && = delete;
  /// The elements for writing where every array that shares this memory is to see it: gradients
  /// being summed. Everyone else wants `edit`.
  T* edit_shared() const& {
    return block_ ? static_cast<T*>(block_->bytes()) + held_.place.offset : &held_.one;
  }
  T* edit_shared() const&& = delete;

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
  /// Those of the elements of this dense array that `view` says, in the same memory; not checked.
  Array view(const View& view) const {
    Array out = *this;
    out.shape_ = view.shape;
    if (!block_) return out;
    out.held_.place.offset += static_cast<std::uint64_t>(view.offset);
    out.held_.place.pitch = static_cast<std::uint64_t>(view.pitch) & View::kMaxPitch;
    out.held_.place.run_axis = static_cast<std::uint64_t>(view.run_axis) & 7U;
    return out;
  }
  /// Those side by side from element `offset` on, under `shape`; not checked.
  Array window(Index offset, const Shape& shape) const { return view({shape, offset}); }
  bool is_strided() const { return block_ && held_.place.pitch != 0; }
  /// Of a strided view: elements from the begin of a run to the next, and in a run.
  std::pair<Index, Index> runs() const { return {pitch(), shape_.axes(run_axis(), rank()).size()}; }
  /// The elements without gaps: itself, or a copy.
  Array dense() const { return is_strided() ? packed() : *this; }
  /// Elements between neighbours along each axis. Not inlined: see `Nest`.
  [[gnu::noinline]] std::array<Index, kMaxRank> strides() const {
    return is_strided() ? strides(pitch(), run_axis()) : shape_.strides();
  }

  /// The pool the memory is from, for a result that goes with this array.
  Pool& pool() const { return block_ ? *block_->pool : Pool::shared(); }
  /// Whether no other array holds this memory.
  bool is_unshared() const { return block_ && block_->is_unshared(); }
  bool shares_memory_with(const Array& other) const { return block_ && block_ == other.block_; }

 private:
  // Where the elements are in their block.
  struct Place {
    std::uint64_t offset : 40;   // of the first, in elements
    std::uint64_t pitch : 20;    // of a strided view: from the begin of a run to the next
    std::uint64_t run_axis : 3;  // likewise: the first axis of its runs
    std::uint64_t watches : 1;
  };

  Array(const Shape& shape, Block* block) : shape_(shape), block_(block) {}
  Array(const Array& other, bool watches)
      : shape_(other.shape_), block_(other.block_), held_(other.held_) {
    if (!block_) return;
    held_.place.watches = watches;
    block_->acquire();
    if (watches) block_->watchers.fetch_add(1, std::memory_order_relaxed);
  }

  void drop() {
    if (!block_) return;
    if (watches()) block_->watchers.fetch_sub(1, std::memory_order_release);
    block_->release();
  }
  bool watches() const { return block_ && held_.place.watches; }
  Index pitch() const { return static_cast<Index>(held_.place.pitch); }
  int run_axis() const { return static_cast<int>(held_.place.run_axis); }

  // Runs that go over all axes from `axis` on begin `pitch` elements apart.
  std::array<Index, kMaxRank> strides(Index pitch, int axis) const {
    auto out = shape_.strides();
    for (int k = axis - 1; k >= 0; --k) {
      out[static_cast<std::size_t>(k)] = pitch;
      pitch *= shape_[k];
    }
    return out;
  }
  Array packed() const {
    Array out = uninitialized(shape_, pool());
    const auto [pitch, run] = runs();
    for (Index at = 0, from = 0; at < out.size(); at += run, from += pitch) {
      std::copy_n(data() + from, run, out.edit_shared() + at);
    }
    return out;
  }

  Shape shape_;
  Block* block_ = nullptr;  ///< null when there is at most one element
  mutable union Held {
    Held() : place{} {}
    Place place;  ///< with a block
    T one;        ///< without: the element
  } held_;
};

/// Row numbers, class labels, token ids.
using Indices = Array<std::int32_t>;

// A node of a tape holds one: what it takes is what long chains of small operations cost.
static_assert(sizeof(Array<double>) == 48 && sizeof(Array<std::int32_t>) == 48);

}  // namespace engram
