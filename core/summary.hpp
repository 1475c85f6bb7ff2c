// summary: a module as a table of names, shapes and counts.
#pragma once

#include <string>

#include "engram/core/module.hpp"

namespace engram {

/// A table of parameters, a line each, with their total; those that are frozen or buffers say so.
template <class T>
std::string summary(const Parameters<T>& parameters);

template <Module M>
std::string summary(const M& module) {
  return summary(parameters_and_buffers(module));
}

}  // namespace engram
