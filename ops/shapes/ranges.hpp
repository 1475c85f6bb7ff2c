#pragma once

#include <initializer_list>
#include <optional>

#include "engram/ops/shapes/slice.hpp"

namespace engram {

/// What NumPy writes begin:end:step. A bound that is left out is the end of the axis it stands at,
/// negative ones count from the last entry, and ones beyond the axis mean its end.
struct Range {
  std::optional<Index> begin{}, end{};
  Index step = 1;
};

/// The entries of x that a range names along an axis.
///
/// Shapes:     y has as many entries there as the range names, none if it is empty
/// Forward:    y = x[..., begin:end:step, ...]
/// Derivative: dx = dy there, 0 elsewhere
/// Saves:      their numbers
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there and for a step of 0
/// Source:     NumPy, "Basic slicing"
template <class T>
Var<T> slice(const Var<T>& x, int axis, const Range& range, Site site = Site::current());

/// The same along each axis from the first on: `slice(x, {{1, 3}, {}, {.step = -1}})` is
/// x[1:3, :, ::-1]. Axes without a range are left as they are. Throws `Error` for too many ranges.
template <class T>
Var<T> slice(const Var<T>& x, std::span<const Range> ranges, Site site = Site::current());
template <class T>
Var<T> slice(const Var<T>& x, std::initializer_list<Range> ranges, Site site = Site::current()) {
  return slice(x, std::span(ranges.begin(), ranges.size()), site);
}

}  // namespace engram
