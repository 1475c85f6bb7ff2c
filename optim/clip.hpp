// clip_global_norm: gradients of bounded length.
#pragma once

#include "engram/core/gradients.hpp"

namespace engram::optim {

/// Scales the gradients of all parameters together, so that their direction stays and their
/// length is at most `max_norm`, as torch.nn.utils.clip_grad_norm_:
///
///   norm = √(Σ g²),   g ← g · min(1, max_norm / (norm + 1e-6 min(1, max_norm)))
///
/// The sum is over the parameters, not over variables of the tape, in double, in a fixed order and
/// without overflow: gradients of 1e30 or 1e-30 are clipped as those around 1 are. Parameters
/// that no optimiser steps count too, unless they are frozen; gradients.of(optimizer.parameters())
/// leaves them out.
/// Returns the norm before clipping; with an infinite `max_norm` that is all it does. With
/// `workers`, on their threads, to the same bits. Gradients that were recorded keep their
/// unclipped `var`.
///
/// Throws:  `Error` unless `max_norm` > 0; for a gradient that holds NaN or infinity, naming the
///          parameter and the element, with nothing changed; for a norm over the range of double
/// Source:  R. Pascanu, T. Mikolov and Y. Bengio (2013), "On the difficulty of training recurrent
///          neural networks", algorithm 1
template <class T>
double clip_global_norm(Gradients<T>& gradients, double max_norm, const Workers* workers = nullptr);

}  // namespace engram::optim
