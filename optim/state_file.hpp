// The state of an optimiser in a file, beside the parameters or apart from them.
#pragma once

#include <filesystem>
#include <string>

#include "engram/core/safetensors.hpp"
#include "engram/optim/optimizer.hpp"

namespace engram::optim {

/// Adds the state to `tensors`, each part under `prefix`: "optimizer.m.lstm.b" for an array,
/// "optimizer.updates.lstm.b", "optimizer.steps" and "optimizer.learning_rate" for a number. Throws
/// `Error` when a tensor has that name already.
template <class T>
void put_state(files::Tensors& tensors, const Optimizer<T>& optimizer,
               const std::string& prefix = "optimizer.");

/// Takes over the state that `put_state` has put there. Throws `Error`, with nothing changed, when
/// a part is missing or no such number, when a tensor with the prefix is no part of it, and as
/// `Optimizer::restore`.
template <class T>
void load_state(const files::Tensors& tensors, Optimizer<T>& optimizer,
                const std::string& prefix = "optimizer.");

/// The same in a file of its own. Throws `Error` naming the file.
template <class T>
void save_state(const std::filesystem::path& path, const Optimizer<T>& optimizer);
template <class T>
void load_state(const std::filesystem::path& path, Optimizer<T>& optimizer);

}  // namespace engram::optim
