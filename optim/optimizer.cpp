#include "engram/optim/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engram/optim/beyond.hpp"
#include "engram/optim/require.hpp"

namespace engram::optim {
namespace {

// Gradients can be made by hand, and a rule runs over bare pointers.
template <class T>
void check_fits(const std::string& name, std::size_t k, const ParamRef<T>& parameter,
                const Gradient<T>& gradient) {
  if (gradient.shape() != parameter.shape()) {
    fail(name, ": parameter ", k, " has shape ", parameter.shape(), ", its gradient ",
         gradient.shape(), "; need the same");
  }
  if (!gradient.is_sparse()) return;
  const Indices& rows = gradient.rows();
  const Index count = parameter.shape().extent(0);
  const Index expected = count == 0 ? 0 : parameter.size() / count * rows.size();
  std::int32_t before = -1;
  for (const std::int32_t row : rows) {
    if (row <= before || row >= count) {
      fail(name, ": the gradient of parameter ", k, " ", parameter.shape(), " lists row ", row,
           " after ", before, "; need ascending rows in [0, ", count, ")");
    }
    before = row;
  }
  if (gradient.values().size() != expected) {
    fail(name, ": the gradient of parameter ", k, " ", parameter.shape(), " has ",
         gradient.values().size(), " values for ", rows.size(), " rows; need ", expected);
  }
}

}  // namespace

template <class T>
Optimizer<T>::Optimizer(std::string name, std::vector<ParamRef<T>> parameters, double learning_rate,
                        std::vector<std::string> slots)
    : name_(std::move(name)),
      parameters_(std::move(parameters)),
      slots_(std::move(slots)),
      updates_(parameters_.size()),
      found_(parameters_.size()),
      learning_rate_(learning_rate) {
  // A subnormal rate would be 0 in a step, and move nothing.
  require(
      learning_rate >= static_cast<double>(std::numeric_limits<T>::min()) && fits<T>(learning_rate),
      name_, "learning_rate", learning_rate, "a finite number above 0 in this precision");
  if (parameters_.empty()) fail(name_, ": no parameters; pass those of a module");
  for (auto at = parameters_.begin(); at != parameters_.end(); ++at) {
    const auto first = std::find(parameters_.begin(), at, *at);
    if (first != at) {
      fail(name_, ": parameters ", first - parameters_.begin(), " and ", at - parameters_.begin(),
           " are the same one, of shape ", at->shape(), "; list it once");
    }
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) arrays_.emplace_back(at->shape());
  }
}

template <class T>
void Optimizer<T>::step(const Gradients<T>& gradients, const Workers* workers) {
  Optimizer* const self = this;
  step(std::span(&self, 1), gradients, workers);
}

template <class T>
std::size_t Optimizer<T>::find(const Gradients<T>& gradients, const Workers* workers) {
  const T limit = largest_gradient();
  std::size_t count = 0;
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    found_[k] = gradients.find(parameters_[k]);
    if (!found_[k]) continue;
    check_fits(name_, k, parameters_[k], *found_[k]);
    if (any_beyond(*found_[k], limit, workers)) {
      refuse_beyond(text(name_, ": the gradient of parameter ", k, " ", parameters_[k].shape()),
                    *found_[k], limit);
    }
    ++count;
  }
  return count;
}

template <class T>
void Optimizer<T>::check_owners(std::span<Optimizer* const> optimizers,
                                const Gradients<T>& gradients, std::size_t found) {
  const auto names = [&] {
    std::string out;
    for (const Optimizer* each : optimizers) out += (out.empty() ? "" : ", ") + each->name_;
    return out.empty() ? std::string("step_all") : out;
  };
  if (found == 0) {
    std::size_t parameters = 0;
    for (const Optimizer* each : optimizers) parameters += each->parameters_.size();
    fail(names(), ": none of the ", parameters, " parameters has a gradient; does the loss ",
         "depend on them, and was their module assigned anew after the optimiser was made?");
  }
  const auto& entries = gradients.entries();
  const auto given = std::count_if(entries.begin(), entries.end(),
                                   [](const auto& entry) { return entry.param.has_value(); });
  if (optimizers.size() == 1 && static_cast<std::size_t>(given) == found) return;
  for (const auto& entry : entries) {
    if (!entry.param) continue;
    const auto owners = std::count_if(optimizers.begin(), optimizers.end(), [&](auto* each) {
      return std::find(each->found_.begin(), each->found_.end(), &entry.gradient) !=
             each->found_.end();
    });
    if (owners == 1) continue;
    const auto number = std::count_if(entries.data(), &entry,
                                      [](const auto& before) { return before.param.has_value(); });
    const std::string which = text(names(), ": gradient ", number, " of ", given,
                                   ", of a parameter of shape ", entry.param->shape(), ", is ");
    if (owners > 1) fail(which, "of ", owners, " optimisers; list the parameter in one of them");
    if (gradients.find(*entry.param) != &entry.gradient) {
      fail(which, "the second one of the same parameter; add them up (Gradients::add)");
    }
    fail(which,
         "of no parameter here: it would stay as it is without a word; give the parameter "
         "to the optimiser, leave its gradient out by gradients.of(optimizer.parameters()) (before "
         "clipping), or step several optimisers together by step_all");
  }
}

template <class T>
void Optimizer<T>::step(std::span<Optimizer* const> optimizers, const Gradients<T>& gradients,
                        const Workers* workers) {
  std::size_t found = 0;
  for (Optimizer* each : optimizers) found += each->find(gradients, workers);
  check_owners(optimizers, gradients, found);
  for (Optimizer* each : optimizers) each->apply(workers);
}

template <class T>
void Optimizer<T>::apply(const Workers* workers) {
  ++steps_;
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    if (!found_[k]) continue;
    update({parameters_[k], *found_[k],
            std::span(arrays_).subspan(k * slots_.size(), slots_.size()), ++updates_[k], workers});
  }
}

template <class T>
void Optimizer<T>::set_learning_rate(double rate) {
  require(rate >= 0 && fits<T>(rate), name_, "learning_rate", rate,
          "a finite number, 0 or more, in this precision");
  learning_rate_ = rate;
}

template <class T>
std::string Optimizer<T>::array_name(std::size_t parameter, std::size_t slot) const {
  return text(slots_[slot], ".", parameter);
}

template <class T>
OptimizerState<T> Optimizer<T>::state() const {
  OptimizerState<T> out{learning_rate_, steps_, updates_, {}};
  out.arrays.reserve(arrays_.size());
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
      out.arrays.emplace_back(array_name(k, slot), arrays_[k * slots_.size() + slot]);
    }
  }
  return out;
}

template <class T>
Array<T> Optimizer<T>::restored(const OptimizerState<T>& state, std::size_t parameter,
                                std::size_t slot) const {
  const std::string name = array_name(parameter, slot);
  const auto found = std::find_if(state.arrays.begin(), state.arrays.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (found == state.arrays.end()) {
    fail(name_, ": the state to restore has no array ", name, "; is it of another optimiser?");
  }
  if (found->second.shape() != parameters_[parameter].shape()) {
    fail(name_, ": ", name, " of the state to restore has shape ", found->second.shape(),
         ", the parameter ", parameters_[parameter].shape(), "; is it of another model?");
  }
  const Array<T>& values = found->second;
  const auto bad =
      std::find_if(values.begin(), values.end(), [](T v) { return !std::isfinite(v); });
  if (bad != values.end()) {
    fail(name_, ": ", name, " of the state to restore is ", *bad, " at element ",
         bad - values.begin(), "; it is damaged");
  }
  check_slot(slot, values);
  return values;
}

template <class T>
void Optimizer<T>::restore(const OptimizerState<T>& state) {
  if (state.updates.size() != parameters_.size()) {
    fail(name_, ": the state to restore is of ", state.updates.size(), " parameters, this is of ",
         parameters_.size(), "; is it of another model?");
  }
  if (state.arrays.size() != arrays_.size()) {
    fail(name_, ": the state to restore has ", state.arrays.size(), " arrays; need ",
         arrays_.size(), "; is it of another optimiser?");
  }
  for (const std::int64_t updates : state.updates) {
    if (updates < 0 || updates > state.steps) {
      fail(name_, ": the state to restore counts ", updates, " updates in ", state.steps,
           " steps; it is damaged");
    }
  }
  std::vector<Array<T>> arrays;
  arrays.reserve(arrays_.size());
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      arrays.push_back(restored(state, k, slot));
    }
  }
  std::vector<std::int64_t> updates = state.updates;
  set_learning_rate(state.learning_rate);  // the last that can throw
  arrays_.swap(arrays);
  updates_.swap(updates);
  steps_ = state.steps;
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace engram::optim
