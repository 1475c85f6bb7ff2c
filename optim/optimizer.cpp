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
void check_fits(const std::string& name, const ParamRef<T>& param, const Gradient<T>& gradient) {
  if (gradient.shape() != param.shape()) {
    fail(name, ": the gradient of ", param.str(), " has shape ", gradient.shape(),
         "; need the same");
  }
  if (!gradient.is_sparse()) return;
  const Indices& rows = gradient.rows();
  const Index count = param.shape().extent(0);
  const Index expected = count == 0 ? 0 : param.size() / count * rows.size();
  std::int32_t before = -1;
  for (const std::int32_t row : rows) {
    if (row <= before || row >= count) {
      fail(name, ": the gradient of ", param.str(), " lists row ", row, " after ", before,
           "; need ascending rows in [0, ", count, ")");
    }
    before = row;
  }
  if (gradient.values().size() != expected) {
    fail(name, ": the gradient of ", param.str(), " has ", gradient.values().size(), " values for ",
         rows.size(), " rows; need ", expected);
  }
}

}  // namespace

template <class T>
void Optimizer<T>::begin_group(const Parameters<T>& parameters, double learning_rate,
                               const std::vector<std::string>& slots) {
  // A subnormal rate would be 0 in a step, and move nothing.
  require(
      learning_rate >= static_cast<double>(std::numeric_limits<T>::min()) && fits<T>(learning_rate),
      name_, "learning_rate", learning_rate, "a finite number above 0 in this precision");
  if (parameters.empty()) fail(name_, ": no parameters; pass those of a module");
  Parameters<T> all = parameters_;
  for (const auto& param : parameters) {
    if (param.is_buffer()) fail(name_, ": ", param.str(), " is not trained; leave it out");
    if (all.contains(param)) {
      fail(name_, ": ", param.str(),
           " is in another group already; list it in one, as by "
           "parameters(model).except({...})");
    }
    all.add(param.name, param);
    for (const std::string& name : param.also) all.add(name, param);
  }
  if (groups_.empty()) learning_rate_ = learning_rate;
  for (const auto& param : parameters) {
    Held held{groups_.size(), {}};
    for (std::size_t slot = 0; slot < slots.size(); ++slot) held.slots.emplace_back(param.shape());
    held_.push_back(std::move(held));
  }
  groups_.push_back({learning_rate, slots});
  parameters_ = std::move(all);
}

template <class T>
void Optimizer<T>::step(const Gradients<T>& gradients, const Workers* workers) {
  Optimizer* const self = this;
  step(std::span(&self, 1), gradients, workers);
}

template <class T>
std::size_t Optimizer<T>::find(const Gradients<T>& gradients, const Workers* workers) {
  std::size_t count = 0;
  for (std::size_t k = 0; k < held_.size(); ++k) {
    const NamedParam<T>& param = parameters_[k];
    const Gradient<T>* const found = held_[k].found = gradients.find(param);
    if (!found) continue;
    check_fits<T>(name_, param, *found);
    const T limit = largest_gradient(held_[k].group);
    if (any_beyond(*found, limit, workers)) {
      refuse_beyond(text(name_, ": the gradient of ", param.str()), *found, limit);
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
         "depend on them, are they frozen, and was their module assigned anew after the optimiser "
         "was made?");
  }
  const auto& entries = gradients.entries();
  const auto given = std::count_if(entries.begin(), entries.end(),
                                   [](const auto& entry) { return entry.param.has_value(); });
  if (optimizers.size() == 1 && static_cast<std::size_t>(given) == found) return;
  for (const auto& entry : entries) {
    if (!entry.param) continue;
    const auto owners = std::count_if(optimizers.begin(), optimizers.end(), [&](auto* each) {
      return std::any_of(each->held_.begin(), each->held_.end(),
                         [&](const Held& held) { return held.found == &entry.gradient; });
    });
    if (owners == 1) continue;
    const std::string which = text(names(), ": the gradient of ", entry.param->str(), " is ");
    if (owners > 1) fail(which, "of ", owners, " optimisers; list the parameter in one of them");
    if (gradients.find(*entry.param) != &entry.gradient) {
      fail(which, "the second one of the same parameter; add them up (Gradients::add)");
    }
    fail(which,
         "of no optimiser here: the parameter would stay as it is without a word; give it to the "
         "optimiser, freeze it, leave its gradient out by gradients.of(optimizer.parameters()) "
         "(before clipping), or step several optimisers together by step_all");
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
  for (std::size_t k = 0; k < held_.size(); ++k) {
    Held& held = held_[k];
    if (!held.found) continue;
    update({held.group, learning_rate_of(held.group), parameters_[k], *held.found, held.slots,
            ++held.updates, workers});
  }
}

template <class T>
void Optimizer<T>::set_learning_rate(double rate) {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    const double of_group = rate_of(group, rate);
    require(of_group >= 0 && fits<T>(of_group), name_,
            group == 0 ? "learning_rate" : text("learning_rate of group ", group), of_group,
            "a finite number, 0 or more, in this precision");
  }
  learning_rate_ = rate;
}

template <class T>
OptimizerState<T> Optimizer<T>::state() const {
  OptimizerState<T> out{learning_rate_, steps_, {}, {}};
  for (std::size_t k = 0; k < held_.size(); ++k) {
    const std::string& name = parameters_[k].name;
    out.updates.emplace(name, held_[k].updates);
    const std::vector<std::string>& slots = groups_[held_[k].group].slots;
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
      out.arrays.emplace(slots[slot] + "." + name, held_[k].slots[slot]);
    }
  }
  return out;
}

template <class T>
Array<T> Optimizer<T>::restored(const OptimizerState<T>& state, const NamedParam<T>& param,
                                const std::string& slot) const {
  const std::string name = slot + "." + param.name;
  const auto found = state.arrays.find(name);
  if (found == state.arrays.end()) {
    fail(name_, ": the state to restore has no array ", name, "; is it of another optimiser?");
  }
  const Array<T>& values = found->second;
  if (values.shape() != param.shape()) {
    fail(name_, ": ", name, " of the state to restore has shape ", values.shape(),
         ", the parameter ", param.shape(), "; is it of another model?");
  }
  const auto bad =
      std::find_if(values.begin(), values.end(), [](T v) { return !std::isfinite(v); });
  if (bad != values.end()) {
    fail(name_, ": ", name, " of the state to restore is ", *bad, " at element ",
         bad - values.begin(), "; it is damaged");
  }
  return values;
}

template <class T>
void Optimizer<T>::restore(const OptimizerState<T>& state) {
  std::vector<Held> all;
  std::size_t arrays = 0;
  for (std::size_t k = 0; k < held_.size(); ++k) {
    const NamedParam<T>& param = parameters_[k];
    const auto updates = state.updates.find(param.name);
    if (updates == state.updates.end()) {
      fail(name_, ": the state to restore has nothing of ", param.str(),
           "; is it of another model?");
    }
    if (updates->second < 0 || updates->second > state.steps) {
      fail(name_, ": the state to restore counts ", updates->second, " updates of ", param.str(),
           " in ", state.steps, " steps; it is damaged");
    }
    Held held{held_[k].group, {}, updates->second};
    const std::vector<std::string>& slots = groups_[held.group].slots;
    for (std::size_t slot = 0; slot < slots.size(); ++slot, ++arrays) {
      held.slots.push_back(restored(state, param, slots[slot]));
      check_slot(slot, held.slots.back());
    }
    all.push_back(std::move(held));
  }
  for (const auto& [name, updates] : state.updates) {
    if (!parameters_.find(name)) {
      fail(name_, ": the state to restore is of a parameter ", name,
           " too, which is none of these; is it of another model?");
    }
  }
  if (state.arrays.size() != arrays) {
    fail(name_, ": the state to restore has ", state.arrays.size(), " arrays; need ", arrays,
         "; is it of another optimiser?");
  }
  set_learning_rate(state.learning_rate);  // the last that can throw
  held_.swap(all);
  steps_ = state.steps;
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace engram::optim
