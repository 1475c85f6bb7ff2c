// clip_global_norm: gradients of bounded length.
#pragma once

#include "engram/core/gradients.hpp"

namespace engram::optim {

/// Scales the gradients of all parameters together, so that their direction stays and their
/// length is at most `max_norm`, as torch.nn.utils.clip_grad_norm_:
///
///   norm = √(Σ g²),   g ← g · min(1, max_norm / (norm + 1e-6))
///
/// The sum is over the parameters, not over variables of the tape, in double and in a fixed
/// order. Returns the norm before clipping; with an infinite `max_norm` that is all it does.
/// With `workers`, on their threads, to the same bits. Gradients that were recorded keep their
/// unclipped `var`.
///
/// Throws:  `Error` unless `max_norm` > 0; when the norm is not finite, naming the gradient and
///          its element, with nothing changed
/// Source:  R. Pascanu, T. Mikolov and Y. Bengio (2013), "On the difficulty of training recurrent
///          neural networks", algorithm 1
template <class T>
double clip_global_norm(Gradients<T>& gradients, double max_norm, const Workers* workers = nullptr);

}  // namespace engram::optim
