// AdamW: Adam that decays weights apart from the gradient.
#pragma once

#include "engram/optim/adam.hpp"

namespace engram::optim {

struct AdamWOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;
  bool lazy = false;  ///< rows that a sparse gradient does not list stay as they are
};

/// Adam with decoupled weight decay, as torch.optim.AdamW: `Adam` with `decoupled`, so that the
/// decay of a weight does not depend on how large its gradients were. With `lazy` only listed rows
/// decay: a row that is rarely used keeps its size.
///
/// Source:  I. Loshchilov and F. Hutter (2019), "Decoupled weight decay regularization",
///          algorithm 2, with the schedule multiplier in η
template <class T>
class AdamW final : public Adam<T> {
 public:
  explicit AdamW(const Parameters<T>& parameters, const AdamWOptions& options = {})
      : Adam<T>(parameters, decoupled(options)) {}
  /// See `Adam::add`.
  void add(const Parameters<T>& parameters, const AdamWOptions& options) {
    Adam<T>::add(parameters, decoupled(options));
  }

 private:
  static AdamOptions decoupled(const AdamWOptions& options) {
    return {.learning_rate = options.learning_rate,
            .beta1 = options.beta1,
            .beta2 = options.beta2,
            .epsilon = options.epsilon,
            .weight_decay = options.weight_decay,
            .decoupled = true,
            .lazy = options.lazy};
  }
};

}  // namespace engram::optim
