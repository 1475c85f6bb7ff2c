// Optimizer: what all optimisers have in common, so that a program can choose one at run time.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engram/core/gradients.hpp"

namespace engram::optim {

/// What an optimiser carries from step to step. Saved with the parameters and restored, training
/// continues to the same bits.
template <class T>
struct OptimizerState {
  double learning_rate = 0;
  std::int64_t steps = 0;             ///< calls of `step`
  std::vector<std::int64_t> updates;  ///< of each parameter: steps in which it had a gradient
  /// "m.0" is what the optimiser calls m of parameter 0, of that parameter's shape.
  std::vector<std::pair<std::string, Array<T>>> arrays;
};

/// An optimiser of a list of parameters. Numbers under the smallest normal one (1.2e-38 in float)
/// count as 0 in a step, and none are left in its state. It refers to the parameters (a module that
/// is moved stays known, one that is assigned anew does not) and keeps its state apart from them.
template <class T>
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Changes every parameter by its gradient, in place. One without a gradient is skipped, its
  /// state too. With `workers`, on their threads, to the same bits. Throws `Error`, with nothing
  /// changed:
  /// - for a gradient that holds NaN, infinity or a number so large that the step would overflow,
  ///   naming the parameter and the element
  /// - for a gradient of a parameter that the optimiser does not have. To leave it as it is, step
  ///   by gradients.of(optimizer.parameters()); when it is another optimiser's, use `step_all`
  /// - when none of the parameters has a gradient or a gradient does not fit its parameter
  void step(const Gradients<T>& gradients, const Workers* workers = nullptr);

  const std::vector<ParamRef<T>>& parameters() const { return parameters_; }
  std::int64_t steps() const { return steps_; }

  double learning_rate() const { return learning_rate_; }
  /// For schedules, which may end at 0. Throws `Error` for a rate that is negative or not finite
  /// in this precision.
  void set_learning_rate(double rate);

  /// The state, independent of later steps.
  OptimizerState<T> state() const;
  /// Takes over a state of the same optimiser of parameters of the same shapes. Throws `Error`,
  /// with nothing changed, for any other, and for numbers that no step leaves.
  void restore(const OptimizerState<T>& state);

 protected:
  /// `slots` names the arrays kept for each parameter, zeros at first. Throws `Error` for no
  /// parameters, a parameter listed twice, or a learning rate that is not finite and above 0.
  Optimizer(std::string name, std::vector<ParamRef<T>> parameters, double learning_rate,
            std::vector<std::string> slots);

  /// One parameter in one step: what a rule reads and writes.
  struct Update {
    ParamRef<T>& parameter;
    const Gradient<T>& gradient;  ///< of the parameter's shape
    std::span<Array<T>> slots;    ///< in the order of their names
    std::int64_t count;           ///< 1 for the parameter's first update
    const Workers* workers;       ///< to share the elements out among; may be null
  };
  virtual void update(const Update& update) = 0;
  /// The greatest magnitude of a gradient's elements with which `update` stays in the range of T.
  virtual T largest_gradient() const { return (std::numeric_limits<T>::max)(); }
  /// Throws `Error` for values that no step leaves in a slot; they are finite.
  virtual void check_slot(std::size_t /*slot*/, const Array<T>& /*values*/) const {}

 private:
  template <class U>
  friend void step_all(const std::type_identity_t<std::vector<Optimizer<U>*>>& optimizers,
                       const Gradients<U>& gradients, const Workers* workers);

  static void step(std::span<Optimizer* const> optimizers, const Gradients<T>& gradients,
                   const Workers* workers);
  // Looks up the gradients of the parameters and checks their numbers; returns how many there are.
  std::size_t find(const Gradients<T>& gradients, const Workers* workers);
  // Throws unless each gradient of a parameter was found by one of the optimisers; `found` in all.
  static void check_owners(std::span<Optimizer* const> optimizers, const Gradients<T>& gradients,
                           std::size_t found);
  void apply(const Workers* workers);
  std::string array_name(std::size_t parameter, std::size_t slot) const;
  Array<T> restored(const OptimizerState<T>& state, std::size_t parameter, std::size_t slot) const;

  std::string name_;  ///< as errors call it
  std::vector<ParamRef<T>> parameters_;
  std::vector<std::string> slots_;
  std::vector<Array<T>> arrays_;  ///< by parameter, then by slot
  std::vector<std::int64_t> updates_;
  std::vector<const Gradient<T>*> found_;  ///< during a step; kept for its memory
  double learning_rate_;
  std::int64_t steps_ = 0;
};

/// One step of several optimisers that have the parameters of a model among them, as
/// step_all({&adam, &sgd}, gradients): all of them, or an `Error` as of `Optimizer::step` and
/// nothing changed in any. Throws `Error` also for a parameter that two of them have.
template <class T>
void step_all(const std::type_identity_t<std::vector<Optimizer<T>*>>& optimizers,
              const Gradients<T>& gradients, const Workers* workers = nullptr) {
  Optimizer<T>::step(optimizers, gradients, workers);
}

extern template class Optimizer<float>;
extern template class Optimizer<double>;

}  // namespace engram::optim
