#include "engram/nn/parameter_file.hpp"

#include <set>

namespace engram::nn {

template <class T>
void put_parameters(Tensors& tensors, const std::vector<NamedParam<T>>& parameters,
                    const std::string& prefix) {
  for (const auto& [name, param] : parameters) {
    if (!tensors.tensors.emplace(prefix + name, param.value()).second) {
      fail("two tensors are called ", prefix, name);
    }
  }
}

template <class T>
void load_parameters(const Tensors& tensors, const std::vector<NamedParam<T>>& parameters,
                     const std::string& prefix) {
  std::string wrong;
  std::set<std::string> known;
  for (const auto& [name, param] : parameters) {
    if (!known.insert(prefix + name).second) fail("two parameters are called ", prefix, name);
    if (!tensors.tensors.contains(prefix + name)) {
      wrong += text("\n  no tensor ", prefix, name, " ", param.shape());
      continue;
    }
    try {
      const Shape& shape = tensors.get<T>(prefix + name).shape();
      if (shape != param.shape()) {
        fail("tensor ", prefix, name, " has shape ", shape, ", the parameter ", param.shape());
      }
    } catch (const Error& error) {
      wrong += text("\n  ", error.what());
    }
  }
  for (const auto& [name, tensor] : tensors.tensors) {
    if (name.starts_with(prefix) && !known.contains(name)) {
      wrong += text("\n  no parameter for tensor ", name);
    }
  }
  if (!wrong.empty()) fail("the tensors are not those of these parameters:", wrong);
  for (auto [name, param] : parameters) param.assign(tensors.get<T>(prefix + name));
}

template void put_parameters(Tensors&, const std::vector<NamedParam<float>>&, const std::string&);
template void put_parameters(Tensors&, const std::vector<NamedParam<double>>&, const std::string&);
template void load_parameters(const Tensors&, const std::vector<NamedParam<float>>&,
                              const std::string&);
template void load_parameters(const Tensors&, const std::vector<NamedParam<double>>&,
                              const std::string&);

}  // namespace engram::nn
