// Sgd: gradient descent, with momentum.
#pragma once

#include "engram/optim/optimizer.hpp"

namespace engram::optim {

struct SgdOptions {
  double learning_rate = 1e-3;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;  ///< L2: adds weight_decay * w to the gradient
  bool lazy = false;        ///< rows that a sparse gradient does not list stay as they are
};

/// Stochastic gradient descent, as torch.optim.SGD with dampening 0. With rate η, momentum μ,
/// decay λ, and b = 0 at first:
///
///   g ← g + λ w,   b ← μ b + g,   w ← w - η b          (Nesterov: w ← w - η (g + μ b))
///
/// Sparse:  with μ = λ = 0 only the listed rows are touched; otherwise rows that are not listed
///          have gradient zero and still move by momentum and decay. `lazy`: they are neither
///          read nor written, and b ← μ b + g is only of listed rows: the momentum of an absent
///          row does not fade, and moves the row when it is next listed
/// State:   `momentum`, when μ > 0
/// Throws:  `Error` unless 0 < η, 0 <= μ < 1, 0 <= λ, all finite; for Nesterov without momentum
/// Source:  H. Robbins and S. Monro (1951), "A stochastic approximation method"; B. T. Polyak
///          (1964), "Some methods of speeding up the convergence of iteration methods";
///          Y. Nesterov (1983), in the form of I. Sutskever et al. (2013), "On the importance of
///          initialization and momentum in deep learning"
template <class T>
class Sgd final : public Optimizer<T> {
 public:
  explicit Sgd(const Parameters<T>& parameters, const SgdOptions& options = {});
  /// A group of parameters with options of its own. Throws `Error`, with nothing changed, as the
  /// constructor, and for a parameter that is in a group already.
  void add(const Parameters<T>& parameters, const SgdOptions& options);

 private:
  void update(const typename Optimizer<T>::Update& update) override;
  T largest_gradient(std::size_t group) const override;

  std::vector<SgdOptions> options_;  ///< by group
};

extern template class Sgd<float>;
extern template class Sgd<double>;

}  // namespace engram::optim
