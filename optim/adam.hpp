// Adam: steps scaled by running moments of the gradient.
#pragma once

#include "engram/optim/optimizer.hpp"

namespace engram::optim {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;    ///< how slowly the mean of the gradient changes
  double beta2 = 0.999;  ///< how slowly the mean of its square changes
  double epsilon = 1e-8;
  double weight_decay = 0;
  bool decoupled = false;  ///< decay the weights themselves and not by the gradient: AdamW
  bool lazy = false;       ///< rows that a sparse gradient does not list stay as they are
};

/// Adam, as torch.optim.Adam. With rate η, decay λ, m = v = 0 at first, and t the number of this
/// update of the parameter:
///
///   g ← g + λ w                                     (decoupled: w ← w - η λ w instead)
///   m ← m + (1 - β₁) (g - m),   v ← β₂ v + (1 - β₂) g²
///   w ← w - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)
///
/// Sparse:  rows that are not listed have gradient zero: their moments fade and they still move
/// Lazy:    such rows are neither read nor written, so that a step on an embedding costs what its
///          listed rows cost, however many there are. What differs is that an absent row's m and v
///          do not fade, and its weights neither move by m nor decay (`decoupled` or not). t still
///          counts the updates of the parameter, not of the row. As torch.optim.SparseAdam, which
///          has no decay and takes ε / √(1 - β₂ᵗ) for ε. A dense gradient lists every row
/// State:   `m` and `v`, lazy or not
/// Throws:  `Error` unless 0 < η, 0 <= β < 1, 0 < ε, 0 <= λ, all finite, and for an ε whose square
///          is 0 in this precision (under 1.1e-19 in float): so would be that of a gradient which
///          is not small beside it
/// Source:  D. P. Kingma and J. Ba (2015), "Adam: a method for stochastic optimization",
///          algorithm 1; the decoupled decay as `AdamW`
template <class T>
class Adam : public Optimizer<T> {
 public:
  explicit Adam(const Parameters<T>& parameters, const AdamOptions& options = {});
  /// A group of parameters with options of its own. Throws `Error`, with nothing changed, as the
  /// constructor, and for a parameter that is in a group already.
  void add(const Parameters<T>& parameters, const AdamOptions& options);

 private:
  void update(const typename Optimizer<T>::Update& update) override;
  T largest_gradient(std::size_t group) const override;
  void check_slot(std::size_t slot, const Array<T>& values) const override;

  std::vector<AdamOptions> options_;  ///< by group
};

extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace engram::optim
