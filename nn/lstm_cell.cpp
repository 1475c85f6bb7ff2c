#include "engram/nn/lstm_cell.hpp"

#include "engram/ops/elementwise/fused.hpp"

namespace engram::nn {
namespace {

struct CellState {
  auto operator()(auto f, auto i, auto g, auto c) const {
    return sigmoid(f) * c + sigmoid(i) * tanh(g);
  }
};
struct HiddenState {
  auto operator()(auto o, auto c) const { return sigmoid(o) * tanh(c); }
};

}  // namespace

template <class T>
Var<T> fused_cell_state(const Var<T>& f, const Var<T>& i, const Var<T>& g, const Var<T>& c,
                        Site site) {
  return fused(CellState{}, site)(f, i, g, c);
}

template <class T>
Var<T> fused_hidden_state(const Var<T>& o, const Var<T>& c, Site site) {
  return fused(HiddenState{}, site)(o, c);
}

template Var<float> fused_cell_state(const Var<float>&, const Var<float>&, const Var<float>&,
                                     const Var<float>&, Site);
template Var<double> fused_cell_state(const Var<double>&, const Var<double>&, const Var<double>&,
                                      const Var<double>&, Site);
template Var<float> fused_hidden_state(const Var<float>&, const Var<float>&, Site);
template Var<double> fused_hidden_state(const Var<double>&, const Var<double>&, Site);

}  // namespace engram::nn
