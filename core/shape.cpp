#include "engram/core/shape.hpp"

#include <algorithm>
#include <limits>
#include <ostream>

#include "engram/core/error.hpp"

namespace engram {
namespace {

// So that bytes can be counted without overflow, whatever the extents.
constexpr Index kMaxSize = Index{1} << 58;

// The extents in memory of their own, with room for one more.
std::array<Index, kMaxRank + 1> copied(const Shape& shape) {
  std::array<Index, kMaxRank + 1> out{};
  for (int k = 0; k < shape.rank(); ++k) out[static_cast<std::size_t>(k)] = shape[k];
  return out;
}

}  // namespace

Shape::Shape(std::span<const Index> extents) {
  if (extents.size() > kMaxRank) {
    fail("a shape of ", extents.size(), " axes; at most ", kMaxRank, " are supported: reshape");
  }
  Index product = 1;  // of the extents that are not 0
  for (const Index extent : extents) {
    if (extent < 0 || extent > std::numeric_limits<std::int32_t>::max()) {
      fail("extent ", extent, " of axis ", rank_, " is outside [0, 2147483647]");
    }
    extents_[static_cast<std::size_t>(rank_++)] = static_cast<std::int32_t>(extent);
    if (product > kMaxSize / std::max<Index>(extent, 1)) {
      fail("a shape that begins with ", *this, " has more than 2^58 elements");
    }
    product *= std::max<Index>(extent, 1);
  }
}

int Shape::axis(int axis) const {
  if (axis < -rank_ || axis >= rank_) {
    fail("axis ", axis, " of ", *this, " does not exist; need ", -rank_, " <= axis < ", rank_);
  }
  return axis < 0 ? axis + rank_ : axis;
}

Index Shape::offset(std::span<const Index> at) const {
  if (at.size() != static_cast<std::size_t>(rank_)) {
    fail(at.size(), " numbers for an element of ", *this, "; need ", rank_, ", one to an axis");
  }
  Index out = 0;
  for (int k = 0; k < rank_; ++k) {
    const Index given = at[static_cast<std::size_t>(k)], extent = (*this)[k];
    if (given < -extent || given >= extent) {
      fail("element ", given, " of axis ", k, " of ", *this, " does not exist; need ", -extent,
           " <= number < ", extent);
    }
    out = out * extent + (given < 0 ? given + extent : given);
  }
  return out;
}

Shape Shape::with(int axis, Index extent) const {
  auto extents = copied(*this);
  extents[static_cast<std::size_t>(this->axis(axis))] = extent;
  return Shape(std::span(extents.data(), static_cast<std::size_t>(rank_)));
}

Shape Shape::without(int axis) const {
  auto extents = copied(*this);
  Index* at = extents.data() + this->axis(axis);
  std::copy(at + 1, extents.data() + rank_, at);
  return Shape(std::span(extents.data(), static_cast<std::size_t>(rank_ - 1)));
}

Shape Shape::inserted(int axis, Index extent) const {
  auto extents = copied(*this);
  Index* end = extents.data() + rank_;
  std::copy_backward(extents.data() + axis, end, end + 1);
  extents[static_cast<std::size_t>(axis)] = extent;
  return Shape(std::span(extents.data(), static_cast<std::size_t>(rank_ + 1)));
}

Shape Shape::axes(int begin, int end) const {
  const auto extents = copied(*this);
  return Shape(std::span(extents.data() + begin, static_cast<std::size_t>(end - begin)));
}

std::string Shape::str() const {
  std::string out = "[";
  for (int k = 0; k < rank_; ++k) {
    if (k > 0) out += ',';
    out += std::to_string((*this)[k]);
  }
  out += ']';
  return out;
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.str(); }

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::array<Index, kMaxRank> extents{};
  for (int k = 1; k <= rank; ++k) {
    const Index n = k <= a.rank() ? a[a.rank() - k] : 1;
    const Index m = k <= b.rank() ? b[b.rank() - k] : 1;
    if (n != m && n != 1 && m != 1) {
      fail("shapes do not broadcast: ", a, " and ", b, "; counted from the last, axis ", k, " has ",
           n, " and ", m, " where they must be equal or one of them 1");
    }
    extents[static_cast<std::size_t>(rank - k)] = n == 1 ? m : n;
  }
  return Shape(std::span(extents).first(static_cast<std::size_t>(rank)));
}

}  // namespace engram
