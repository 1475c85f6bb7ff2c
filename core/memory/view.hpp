// View: which elements of an array another one is made of.
#pragma once

#include "engram/core/shape.hpp"

namespace engram {

/// Where the elements of a view lie among those of a dense array: side by side, or in runs. Said
/// once by an operation whose result is one, and applied to its value, its tangent and its
/// gradient.
struct View {
  Shape shape;       ///< of what is seen
  Index offset = 0;  ///< of its first element
  Index pitch = 0;   ///< elements from the begin of a run to that of the next; 0: there is one
  int run_axis = 0;  ///< the first axis that a run goes over

  /// The most elements that runs may begin apart.
  static constexpr Index kMaxPitch = (Index{1} << 20) - 1;

  /// The entries [begin, end) of `axis` of an array of shape `x`, as runs; not checked. A run,
  /// which goes over `axis` and all after it, must have at least two elements.
  static View columns(const Shape& x, int axis, Index begin, Index end) {
    const Index inner = x.axes(axis + 1, x.rank()).size();
    return {x.with(axis, end - begin), begin * inner, x[axis] * inner, axis};
  }
};

}  // namespace engram
