// Parameters to and from files, by their names.
#pragma once

#include "engram/nn/safetensors.hpp"
#include "engram/nn/visit.hpp"

namespace engram::nn {

/// Adds the values, as they are now, to `tensors`, each under `prefix` and its name. Throws `Error`
/// when two have the same name.
template <class T>
void put_parameters(Tensors& tensors, const std::vector<NamedParam<T>>& parameters,
                    const std::string& prefix = "");

/// Gives the parameters the values of the tensors whose names begin with `prefix`. Throws `Error`
/// listing every tensor that is missing, of another dtype or shape, or has no parameter; then no
/// parameter has changed.
template <class T>
void load_parameters(const Tensors& tensors, const std::vector<NamedParam<T>>& parameters,
                     const std::string& prefix = "");

/// The parameters of a module in a file of their own:
///
///   save_parameters("model.safetensors", model);
///   load_parameters("model.safetensors", model);
template <Module M>
void save_parameters(const std::filesystem::path& path, M& module) {
  Tensors tensors;
  put_parameters(tensors, named_parameters(module));
  save(path, tensors);
}
template <Module M>
void load_parameters(const std::filesystem::path& path, M& module) {
  const Tensors tensors = load(path);
  try {
    load_parameters(tensors, named_parameters(module));
  } catch (const Error& error) {
    fail(path.string(), ": ", error.what());
  }
}

}  // namespace engram::nn
