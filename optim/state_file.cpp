#include "engram/optim/state_file.hpp"

#include <cmath>
#include <cstdint>

namespace engram::optim {
namespace {

using files::Tensors;

constexpr auto kRate = "learning_rate", kSteps = "steps", kUpdates = "updates.";

files::Tensor number(double value) { return Array<double>::full(Shape{}, value); }

double number(const Tensors& tensors, const std::string& name) {
  const Array<double> value = tensors.as<double>(name);
  if (value.size() != 1) fail("tensor ", name, " has shape ", value.shape(), "; need one number");
  return value[0];
}

std::int64_t count(const Tensors& tensors, const std::string& name) {
  constexpr double kMost = 0x1p53;  // up to there a double is any whole number
  const double value = number(tensors, name);
  if (!(value >= 0 && value <= kMost && value == std::floor(value))) {
    fail("tensor ", name, " is ", value, "; need a count: a whole number, 0 or more");
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace

template <class T>
void put_state(Tensors& tensors, const Optimizer<T>& optimizer, const std::string& prefix) {
  const OptimizerState<T> state = optimizer.state();
  tensors.add(prefix + kRate, number(state.learning_rate));
  tensors.add(prefix + kSteps, number(static_cast<double>(state.steps)));
  for (const auto& [name, updates] : state.updates) {
    tensors.add(prefix + kUpdates + name, number(static_cast<double>(updates)));
  }
  for (const auto& [name, values] : state.arrays) tensors.add(prefix + name, values);
}

template <class T>
void load_state(const Tensors& tensors, Optimizer<T>& optimizer, const std::string& prefix) {
  OptimizerState<T> state;
  state.learning_rate = number(tensors, prefix + kRate);
  state.steps = count(tensors, prefix + kSteps);
  for (const auto& [full, tensor] : tensors.tensors) {
    if (!full.starts_with(prefix)) continue;
    const std::string name = full.substr(prefix.size());
    if (name == kRate || name == kSteps) continue;
    if (name.starts_with(kUpdates)) {
      state.updates.emplace(name.substr(std::string(kUpdates).size()), count(tensors, full));
    } else {
      state.arrays.emplace(name, tensors.as<T>(full));
    }
  }
  optimizer.restore(state);
}

template <class T>
void save_state(const std::filesystem::path& path, const Optimizer<T>& optimizer) {
  Tensors tensors;
  put_state(tensors, optimizer, "");
  files::save(path, tensors);
}

template <class T>
void load_state(const std::filesystem::path& path, Optimizer<T>& optimizer) {
  const Tensors tensors = files::load(path);
  files::about(path, [&] { load_state(tensors, optimizer, ""); });
}

template void put_state(Tensors&, const Optimizer<float>&, const std::string&);
template void put_state(Tensors&, const Optimizer<double>&, const std::string&);
template void load_state(const Tensors&, Optimizer<float>&, const std::string&);
template void load_state(const Tensors&, Optimizer<double>&, const std::string&);
template void save_state(const std::filesystem::path&, const Optimizer<float>&);
template void save_state(const std::filesystem::path&, const Optimizer<double>&);
template void load_state(const std::filesystem::path&, Optimizer<float>&);
template void load_state(const std::filesystem::path&, Optimizer<double>&);

}  // namespace engram::optim
