// Optimizer: what all optimisers have in common, so that a program can choose one at run time.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engram/core/gradients.hpp"

namespace engram::optim {

/// What an optimiser carries from step to step. Saved with the parameters and restored, training
/// continues to the same bits. Parameters go by their names, whatever order they are listed in.
template <class T>
struct OptimizerState {
  double learning_rate = 0;                     ///< of the first group
  std::int64_t steps = 0;                       ///< calls of `step`
  std::map<std::string, std::int64_t> updates;  ///< by parameter: steps in which it had a gradient
  /// "m.lstm.b" is what the optimiser calls m of the parameter lstm.b, of its shape.
  std::map<std::string, Array<T>> arrays;
};

/// An optimiser of groups of parameters, each with options of its own. Numbers under the smallest
/// normal one (1.2e-38 in float) count as 0 in a step, and none are left in its state. It refers to
/// the parameters (a module that is moved stays known, one that is assigned anew does not) and
/// keeps its state apart from them.
template <class T>
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Changes every parameter by its gradient, in place. One without a gradient is skipped (a frozen
  /// one never has any), its state too. With `workers`, on their threads, to the same bits. Throws
  /// `Error`, with nothing changed:
  /// - for a gradient that holds NaN, infinity or a number so large that the step would overflow,
  ///   naming the parameter and the element
  /// - for a gradient of a parameter that the optimiser does not have. To leave it as it is, freeze
  ///   it, or step by gradients.of(optimizer.parameters()); when it is another optimiser's, use
  ///   `step_all`
  /// - when none of the parameters has a gradient or a gradient does not fit its parameter
  void step(const Gradients<T>& gradients, const Workers* workers = nullptr);

  const Parameters<T>& parameters() const { return parameters_; }
  std::int64_t steps() const { return steps_; }

  /// That of the first group.
  double learning_rate() const { return learning_rate_; }
  /// For schedules, which may end at 0. The rates of other groups change in proportion. Throws
  /// `Error` for a rate that is negative or not finite in this precision, of any group.
  void set_learning_rate(double rate);

  /// The state, independent of later steps.
  OptimizerState<T> state() const;
  /// Takes over a state of the same optimiser of parameters of the same names and shapes. Throws
  /// `Error`, with nothing changed, for any other, and for numbers that no step leaves.
  void restore(const OptimizerState<T>& state);

 protected:
  explicit Optimizer(std::string name) : name_(std::move(name)) {}

  /// Begins a group of parameters. `slots` names the arrays kept for each of them, zeros at first.
  /// Throws `Error`, with nothing changed, for no parameters, buffers, a parameter or a name that
  /// is in a group already, or a learning rate that is not finite and above 0.
  void begin_group(const Parameters<T>& parameters, double learning_rate,
                   const std::vector<std::string>& slots);

  /// One parameter in one step: what a rule reads and writes.
  struct Update {
    std::size_t group;
    double learning_rate;  ///< of the group
    ParamRef<T>& parameter;
    const Gradient<T>& gradient;  ///< of the parameter's shape
    std::span<Array<T>> slots;    ///< in the order of their names
    std::int64_t count;           ///< 1 for the parameter's first update
    const Workers* workers;       ///< to share the elements out among; may be null
  };
  virtual void update(const Update& update) = 0;
  /// The greatest magnitude of a gradient's elements with which `update` stays in the range of T.
  virtual T largest_gradient(std::size_t /*group*/) const {
    return (std::numeric_limits<T>::max)();
  }
  /// Throws `Error` for values that no step leaves in a slot; they are finite.
  virtual void check_slot(std::size_t /*slot*/, const Array<T>& /*values*/) const {}

  double learning_rate_of(std::size_t group) const { return rate_of(group, learning_rate_); }

 private:
  template <class U>
  friend void step_all(const std::type_identity_t<std::vector<Optimizer<U>*>>& optimizers,
                       const Gradients<U>& gradients, const Workers* workers);

  struct Group {
    double first_rate;
    std::vector<std::string> slots;
  };
  // What belongs to one of the parameters.
  struct Held {
    std::size_t group;
    std::vector<Array<T>> slots;
    std::int64_t updates = 0;
    const Gradient<T>* found = nullptr;  ///< during a step
  };

  static void step(std::span<Optimizer* const> optimizers, const Gradients<T>& gradients,
                   const Workers* workers);
  // Looks up the gradients of the parameters and checks their numbers; returns how many there are.
  std::size_t find(const Gradients<T>& gradients, const Workers* workers);
  // Throws unless each gradient of a parameter was found by one of the optimisers; `found` in all.
  static void check_owners(std::span<Optimizer* const> optimizers, const Gradients<T>& gradients,
                           std::size_t found);
  void apply(const Workers* workers);
  // The rate of a group when that of the first one is `rate`.
  double rate_of(std::size_t group, double rate) const {
    if (group == 0) return rate;
    return groups_[group].first_rate * (rate / groups_[0].first_rate);
  }
  Array<T> restored(const OptimizerState<T>& state, const NamedParam<T>& param,
                    const std::string& slot) const;

  std::string name_;  ///< as errors call it
  std::vector<Group> groups_;
  Parameters<T> parameters_;
  std::vector<Held> held_;  ///< in the order of the parameters
  double learning_rate_ = 0;
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
