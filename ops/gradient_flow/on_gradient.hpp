#pragma once

#include <functional>
#include <type_traits>

#include "engram/core/var.hpp"

namespace engram {

/// A function of a gradient on its way back.
template <class T>
using GradientHook = std::function<Var<T>(const Var<T>&)>;

/// x, with a hook on its gradient: what flows back is what `hook` makes of it. A hook that only
/// looks returns its argument; others clip, scale or replace.
///
/// Shapes:     any; `hook` returns a value of the shape that it is given
/// Forward:    y = x
/// Derivative: dx = hook(dy), where dy is all of the gradient of y. Every backward pass goes
///             through the hook, the gradient of a gradient twice; forward mode knows no hooks
/// Saves:      nothing
/// Order:      any, as far as the hook is written in Vars
/// Accuracy:   that of what it calls
/// Throws:     `Error` for an empty hook, and for one that returns another shape
/// Source:     PyTorch, "torch.Tensor.register_hook"
template <class T>
Var<T> on_gradient(const Var<T>& x, std::type_identity_t<GradientHook<T>> hook,
                   Site site = Site::current());

}  // namespace engram
