// Shapes: the extents of a dense row-major array, and NumPy's broadcasting rule for them.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>

namespace engram {

/// Counts and offsets of elements.
using Index = std::int64_t;

/// The most axes an array can have.
inline constexpr int kMaxRank = 7;

/// The extents of an array, outermost axis first. Held inline: 32 bytes, no allocation.
class Shape {
 public:
  Shape() = default;  ///< rank 0: a scalar
  /// Throws `Error` for a negative extent, one over 2^31 - 1, more than `kMaxRank` axes,
  /// or more than 2^58 elements.
  Shape(std::initializer_list<Index> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  explicit Shape(std::span<const Index> extents);
  /// [0]: no elements.
  static const Shape& none() { return kNone; }

  int rank() const { return rank_; }
  Index operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  /// The extent of `axis`, where -1 is the last axis. Throws `Error` when there is no such axis.
  Index extent(int axis) const { return (*this)[this->axis(axis)]; }
  /// Number of elements: the product of the extents, 1 for a scalar.
  Index size() const {
    Index product = 1;
    for (int k = 0; k < rank_; ++k) product *= (*this)[k];
    return product;
  }
  /// `axis` with negative values counted from the end. Throws `Error` when out of range.
  int axis(int axis) const;

  /// Where the element with these numbers, one to an axis, is in row-major order; -1 is the last of
  /// an axis. Throws `Error` for another number of them, and for one outside its axis.
  Index offset(std::span<const Index> at) const;

  /// This shape with one extent replaced, removed, or put in before `axis`.
  Shape with(int axis, Index extent) const;
  Shape without(int axis) const;
  Shape inserted(int axis, Index extent) const;
  /// The axes [begin, end).
  Shape axes(int begin, int end) const;

  /// Elements between neighbours along each axis of a dense row-major array.
  std::array<Index, kMaxRank> strides() const {
    std::array<Index, kMaxRank> strides{};
    Index stride = 1;
    for (int k = rank_ - 1; k >= 0; --k) {
      strides[static_cast<std::size_t>(k)] = stride;
      stride *= (*this)[k];
    }
    return strides;
  }

  std::string str() const;  ///< "[32,64]"; "[]" for a scalar
  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  // A constant: copying a shape that was just put together would wait for its pieces, and each move
  // of an array copies this one.
  static const Shape kNone;

  std::array<std::int32_t, kMaxRank> extents_{};
  std::int32_t rank_ = 0;
};

inline constexpr Shape Shape::kNone = [] {
  Shape none;
  none.rank_ = 1;
  return none;
}();

std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// The shape two arrays have together under NumPy broadcasting: aligned at the last axis, equal
/// or 1. Throws `Error` naming both when they do not fit.
Shape broadcast(const Shape& a, const Shape& b);

/// Whether an array of shape `from` can be broadcast to `to`.
inline bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (int k = 1; k <= from.rank(); ++k) {
    const Index n = from[from.rank() - k];
    if (n != 1 && n != to[to.rank() - k]) return false;
  }
  return true;
}

}  // namespace engram
