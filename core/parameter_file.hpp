// Parameters to and from files, by their names.
#pragma once

#include <string>
#include <vector>

#include "engram/core/module.hpp"
#include "engram/core/safetensors.hpp"

namespace engram {

/// Adds the values, as they are now, to `tensors`, each under `prefix` and its name; a shared
/// parameter is there once, under its first. Throws `Error` when a tensor has that name already, or
/// for a value that `precision` cannot hold (see `stored`).
template <class T>
void put_parameters(files::Tensors& tensors, const Parameters<T>& parameters,
                    const std::string& prefix = "",
                    files::Precision precision = files::Precision::full);

/// Gives the parameters the values of the tensors whose names begin with `prefix`, whatever their
/// dtype (see `Tensors::as`). A shared parameter needs one of its names; of several, the values
/// must be equal. Throws `Error` listing every tensor that is missing, of another shape, cannot be
/// converted, or has no parameter; then no parameter has changed.
template <class T>
void load_parameters(const files::Tensors& tensors, const Parameters<T>& parameters,
                     const std::string& prefix = "");

/// What is to be loaded of a file that is not quite that of the model.
struct Partial {
  std::vector<std::string> only{"*"};  ///< parameters whose names match (see `matching`)
  std::string prefix = "";             ///< what stands before their names in the file
};

/// What became of it.
struct [[nodiscard]] LoadReport {
  std::vector<std::string> loaded;     ///< parameters that have the value of a tensor now
  std::vector<std::string> not_found;  ///< parameters that match and have no tensor
  std::vector<std::string> not_used;   ///< tensors that no parameter took

  std::string str() const;  ///< a line for each of the lists that is not empty
};

/// Loads what matches and is there, and says what is not. Throws `Error` when a pattern matches no
/// parameter, or a tensor that matches has another shape or cannot be converted; then no parameter
/// has changed.
template <class T>
LoadReport load_parameters(const files::Tensors& tensors, const Parameters<T>& parameters,
                           const Partial& partial);

/// Which tensors of a file `load_parameters` takes.
template <class T>
Wanted wanted(const Parameters<T>& parameters, const Partial& partial);

/// The parameters and buffers of a module in a file of their own:
///
///   save_parameters("model.safetensors", model);
///   load_parameters("model.safetensors", model);
///
/// or some of them, from a file that has others too:
///
///   const LoadReport report =
///       load_parameters("pretrained.safetensors", model, Partial{.only = {"encoder.*"}});
///   std::cout << report.str();
template <Module M>
void save_parameters(const std::filesystem::path& path, const M& module,
                     files::Precision precision = files::Precision::full) {
  files::Tensors tensors;
  files::about(path,
               [&] { put_parameters(tensors, parameters_and_buffers(module), "", precision); });
  files::save(path, tensors);
}
template <Module M>
void load_parameters(const std::filesystem::path& path, const M& module) {
  const files::Tensors tensors = files::load(path);
  files::about(path, [&] { load_parameters(tensors, parameters_and_buffers(module)); });
}
template <Module M>
LoadReport load_parameters(const std::filesystem::path& path, const M& module,
                           const Partial& partial) {
  const auto parameters = parameters_and_buffers(module);
  const files::Tensors tensors = files::load(path, wanted(parameters, partial));
  return files::about(path, [&] { return load_parameters(tensors, parameters, partial); });
}

}  // namespace engram
