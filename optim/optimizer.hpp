// Optimizer: what all optimisers have in common, so that a program can choose one at run time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
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

/// An optimiser of a list of parameters. It refers to them (a module that is moved stays known, one
/// that is assigned anew does not) and keeps its state apart from them.
template <class T>
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Changes every parameter by its gradient, in place. One without a gradient is skipped, its
  /// state too. Throws `Error`, with nothing changed, when none of them has a gradient or a
  /// gradient does not fit its parameter. With `workers`, on their threads, to the same bits.
  void step(const Gradients<T>& gradients, const Workers* workers = nullptr);

  const std::vector<ParamRef<T>>& parameters() const { return parameters_; }
  std::int64_t steps() const { return steps_; }

  double learning_rate() const { return learning_rate_; }
  /// For schedules, which may end at 0. Throws `Error` for a negative or non-finite rate.
  void set_learning_rate(double rate);

  /// The state, independent of later steps.
  OptimizerState<T> state() const;
  /// Takes over a state of the same optimiser of parameters of the same shapes. Throws `Error`,
  /// with nothing changed, for any other.
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

 private:
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

extern template class Optimizer<float>;
extern template class Optimizer<double>;

}  // namespace engram::optim
