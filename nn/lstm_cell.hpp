// The elementwise half of an LSTM step as two fused operations. Internal to nn/lstm.hpp.
#pragma once

#include "engram/core/var.hpp"

namespace engram::nn {

/// c = σ(f) ⊙ c' + σ(i) ⊙ tanh(g)
template <class T>
Var<T> fused_cell_state(const Var<T>& f, const Var<T>& i, const Var<T>& g, const Var<T>& c,
                        Site site = Site::current());
/// h = σ(o) ⊙ tanh(c)
template <class T>
Var<T> fused_hidden_state(const Var<T>& o, const Var<T>& c, Site site = Site::current());

}  // namespace engram::nn
