#pragma once

#include <limits>
#include <type_traits>

#include "engram/core/var.hpp"

namespace engram {

/// In a list of indices: no element. A fill value is taken there, and what is put there vanishes.
inline constexpr std::int32_t kNothing = (std::numeric_limits<std::int32_t>::min)();

/// Entries of x along an axis, by a list of their numbers: the linear map that flips, rolls, pads,
/// repeats, sorts and gathers are made of.
///
/// Shapes:     x with that axis, index of any shape; its axes take the axis's place
/// Forward:    y[..., i, ...] = x[..., index[i], ...], or `fill` where index[i] is `kNothing`
/// Derivative: dx = index_add(dy)
/// Saves:      index
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for an axis that is not there, an index outside it (which, and where), and
///             a result of too many axes
/// Source:     NumPy, "numpy.take"
template <class T>
Var<T> index_select(const Var<T>& x, int axis, const Indices& index,
                    std::type_identity_t<T> fill = 0, Site site = Site::current());

/// The adjoint: zeros with the entries of x added where the list says.
///
/// Shapes:     x with the axes of index from `axis` on; they become one of that extent
/// Forward:    y[..., index[i], ...] += x[..., i, ...]
/// Derivative: dx = index_select(dy)
/// Saves:      index
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     `Error` when x does not have the axes of index there, or an index is out of range
/// Source:     the adjoint of selecting
template <class T>
Var<T> index_add(const Var<T>& x, int axis, const Indices& index, Index extent,
                 Site site = Site::current());

/// Elements of x by their row-major numbers.
///
/// Shapes:     any; y has the shape of index
/// Forward:    y[i] = x.flat[index[i]], or 0 where index[i] is `kNothing`
/// Derivative: dx = put(dy)
/// Saves:      index
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an index out of range (which, and where)
/// Source:     NumPy, "numpy.take"
template <class T>
Var<T> take(const Var<T>& x, const Indices& index, Site site = Site::current());

/// The adjoint: zeros of a shape with the elements of x added at row-major numbers.
///
/// Shapes:     x and index are alike; y has `shape`
/// Forward:    y.flat[index[i]] += x[i]
/// Derivative: dx = take(dy)
/// Saves:      index
/// Order:      any
/// Accuracy:   1 ulp of x
/// Throws:     `Error` when the shapes of x and index differ, or an index is out of range
/// Source:     the adjoint of taking
template <class T>
Var<T> put(const Var<T>& x, const Indices& index, const Shape& shape, Site site = Site::current());

}  // namespace engram
