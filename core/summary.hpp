// summary: a module as a table of names, shapes and counts.
#pragma once

#include <span>
#include <string>

#include "engram/core/module.hpp"

namespace engram {

/// A table of parameters, a line each, with their total.
template <class T>
std::string summary(std::span<const NamedParam<T>> parameters);

template <Module M>
std::string summary(M& module) {
  const auto named = named_parameters(module);
  return summary(std::span(named.data(), named.size()));
}

}  // namespace engram
