#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <vector>

#include "engram/core/var.hpp"

namespace engram {

/// The part [begin, end) of x along an axis; -1 is the last axis.
///
/// Shapes:     0 <= begin <= end <= extent; y has extent end - begin there
/// Forward:    y = x[..., begin:end, ...]; along the first axis a view, otherwise a copy
/// Derivative: dx = dy there, 0 elsewhere
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there or bounds outside it
/// Source:     NumPy, "Basic slicing"
template <class T>
Var<T> slice(const Var<T>& x, int axis, Index begin, Index end, Site site = Site::current());

/// x at one index of an axis, which vanishes: row `i` is `select(x, 0, i)`, the last `select(x, 0,
/// -1)`.
///
/// Shapes:     any with that axis; -extent <= index < extent, where -1 is the last entry
/// Forward:    y = x[..., index, ...]; along the first axis a view
/// Derivative: dx = dy there, 0 elsewhere
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for an axis that is not there or an index outside it
/// Source:     PyTorch, "torch.select"
template <class T>
Var<T> select(const Var<T>& x, int axis, Index index, Site site = Site::current());

/// The extent of each of `parts` equal slices along an axis. Throws `Error` when they do not come
/// out even.
template <class T>
Index split_extent(const Var<T>& x, Index parts, int axis, Site site = Site::current());

/// `parts` equal slices along an axis: `auto [f, i, g, o] = split<4>(gates);` Throws as
/// `split_extent`.
template <std::size_t parts, class T>
std::array<Var<T>, parts> split(const Var<T>& x, int axis = -1, Site site = Site::current()) {
  const Index each = split_extent(x, static_cast<Index>(parts), axis, site);
  std::array<Var<T>, parts> out;
  for (std::size_t k = 0; k < parts; ++k) {
    const auto begin = static_cast<Index>(k) * each;
    out[k] = slice(x, axis, begin, begin + each, site);
  }
  return out;
}
/// The same with the number known at run time.
template <class T>
std::vector<Var<T>> split(const Var<T>& x, Index parts, int axis = -1,
                          Site site = Site::current()) {
  const Index each = split_extent(x, parts, axis, site);
  std::vector<Var<T>> out;
  for (Index k = 0; k < parts; ++k) out.push_back(slice(x, axis, k * each, (k + 1) * each, site));
  return out;
}

/// Slices of these extents along an axis, one after another, which may differ:
/// `split(x, {2, 3}, 1)`. Throws `Error` unless they are 0 or more and add up to the axis.
template <class T>
std::vector<Var<T>> split(const Var<T>& x, std::span<const Index> extents, int axis = -1,
                          Site site = Site::current());
template <class T>
std::vector<Var<T>> split(const Var<T>& x, std::initializer_list<Index> extents, int axis = -1,
                          Site site = Site::current()) {
  return split(x, std::span(extents.begin(), extents.size()), axis, site);
}

/// x with zeros around it along an axis, so that it lies at [begin, begin + its extent) of
/// `extent`: what the derivative of `slice` is.
///
/// Shapes:     begin >= 0, begin + x.extent(axis) <= extent
/// Forward:    y[..., begin:begin+n, ...] = x, 0 elsewhere
/// Derivative: dx = dy[..., begin:begin+n, ...]
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` when x does not fit
/// Source:     the adjoint of slicing
template <class T>
Var<T> pad_to(const Var<T>& x, int axis, Index begin, Index extent, Site site = Site::current());

}  // namespace engram
