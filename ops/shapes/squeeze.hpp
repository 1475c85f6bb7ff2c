#pragma once

#include "engram/ops/reductions/reduce.hpp"

namespace engram {

/// x with an axis of extent 1 put in, which is number `axis` of the result; -1 is its last. Of
/// several, each is a number in the result too.
///
/// Shapes:     y has one axis more, or as many as are named
/// Forward:    y = x, a view
/// Derivative: dx = dy under the shape of x
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for a place that the result does not have or that is named twice
/// Source:     NumPy, "numpy.expand_dims"
template <class T>
Var<T> unsqueeze(const Var<T>& x, int axis, Site site = Site::current());
template <class T>
Var<T> unsqueeze(const Var<T>& x, const Axes& axes, Site site = Site::current());

/// x without an axis of extent 1, without several, or without all of them.
///
/// Shapes:     the axes have extent 1
/// Forward:    y = x, a view
/// Derivative: dx = dy under the shape of x
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for an axis that is not there, is named twice or has another extent
/// Source:     NumPy, "numpy.squeeze"
template <class T>
Var<T> squeeze(const Var<T>& x, int axis, Site site = Site::current());
template <class T>
Var<T> squeeze(const Var<T>& x, const Axes& axes, Site site = Site::current());
template <class T>
Var<T> squeeze(const Var<T>& x, Site site = Site::current());

/// x with the axes from `first` to `last` made one; without them, all axes. A scalar becomes [1].
///
/// Shapes:     first is not after last
/// Forward:    y = x, a view
/// Derivative: dx = dy under the shape of x
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     `Error` for axes that are not there or in the wrong order
/// Source:     PyTorch, "torch.flatten"
template <class T>
Var<T> flatten(const Var<T>& x, int first = 0, int last = -1, Site site = Site::current());

}  // namespace engram
