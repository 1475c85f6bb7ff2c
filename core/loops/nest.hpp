// Nest: the loops over several arrays at once that broadcasting, reductions, slices and
// transposes all come down to.
#pragma once

#include <algorithm>
#include <array>

#include "engram/core/shape.hpp"

namespace engram {

using Strides = std::array<Index, kMaxRank>;

/// Strides with which an array of shape `from`, whose elements lie `strides` apart, is read as if
/// it had shape `to`: 0 along the axes it is broadcast over. Needs `broadcasts_to(from, to)`.
Strides broadcast_strides(const Shape& from, const Strides& strides, const Shape& to);

/// The same for a dense array.
inline Strides broadcast_strides(const Shape& from, const Shape& to) {
  return broadcast_strides(from, from.strides(), to);
}

/// Loops over the elements of `shape` for N arrays with their own strides. Axes of extent 1 are
/// dropped and neighbours that lie together in all arrays are merged, so that the innermost run
/// is as long as it can be. What is done once a run or less is not inlined: in each of the many
/// loops of the library, it would be most of what there is to compile.
template <std::size_t N>
class Nest {
 public:
  [[gnu::noinline]] Nest(const Shape& shape, const std::array<Strides, N>& strides) {
    for (int k = 0; k < shape.rank(); ++k) {
      if (shape[k] == 1) continue;
      Axis axis{shape[k], {}};
      for (std::size_t n = 0; n < N; ++n) axis.stride[n] = strides[n][static_cast<std::size_t>(k)];
      if (rank_ > 0 && merges(axes_[rank_ - 1], axis)) {
        axis.extent *= axes_[--rank_].extent;
      }
      axes_[rank_++] = axis;
    }
    if (rank_ == 0) axes_[rank_++] = Axis{shape.size(), {}};
  }

  /// Elements in the innermost run, and how far each array moves from one to the next.
  Index run_length() const { return axes_[rank_ - 1].extent; }
  const std::array<Index, N>& step() const { return axes_[rank_ - 1].stride; }

  /// Calls `run(offsets)` for every innermost run, in row-major order.
  template <class Run>
  void each(Run&& run) const {
    if (is_empty()) return;
    std::array<Index, kMaxRank> at{};
    std::array<Index, N> offset{};
    do {
      run(offset);
    } while (rank_ > 1 && advance(at, offset));
  }

 private:
  struct Axis {
    Index extent;
    std::array<Index, N> stride;
  };

  [[gnu::noinline]] bool is_empty() const {
    return std::any_of(axes_.begin(), axes_.begin() + rank_,
                       [](const Axis& a) { return a.extent == 0; });
  }

  // To the next innermost run; false when there is none.
  [[gnu::noinline]] bool advance(std::array<Index, kMaxRank>& at,
                                 std::array<Index, N>& offset) const {
    for (std::size_t k = rank_ - 1; k-- > 0;) {
      for (std::size_t n = 0; n < N; ++n) offset[n] += axes_[k].stride[n];
      if (++at[k] < axes_[k].extent) return true;
      for (std::size_t n = 0; n < N; ++n) offset[n] -= axes_[k].stride[n] * axes_[k].extent;
      at[k] = 0;
    }
    return false;
  }

  static bool merges(const Axis& outer, const Axis& inner) {
    for (std::size_t n = 0; n < N; ++n) {
      if (outer.stride[n] != inner.stride[n] * inner.extent) return false;
    }
    return true;
  }

  std::array<Axis, kMaxRank> axes_{};
  std::size_t rank_ = 0;
};

}  // namespace engram
