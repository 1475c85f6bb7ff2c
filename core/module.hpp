// visit: how a module shows its parameters, and what follows from that.
//
// A module is any struct with one line that names its members, parameters and modules alike:
//
//   void visit(auto&& f) { f("w", w); f("b", b); }
//
// Naming, counting, saving and optimisers come from it. A vector of modules is named by number:
// f("layer", layers) shows layer0, layer1, ...
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

#include "engram/core/param.hpp"

namespace engram {

/// A parameter and the path to it: "lstm.layer0.w_hh".
template <class T>
struct NamedParam {
  std::string name;
  ParamRef<T> param;
};

/// Anything with a `visit`.
template <class M>
concept Module = requires(M& module) {
  module.visit([](const char*, auto&) {});
};

namespace visiting {

inline std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

template <class T>
struct Collector {
  std::vector<NamedParam<T>>& out;
  std::string path;

  void operator()(const std::string& name, Param<T>& param) const {
    out.push_back({joined(path, name), param});
  }
  template <Module M>
  void operator()(const std::string& name, M& module) const {
    module.visit(Collector{out, joined(path, name)});
  }
  template <Module M>
  void operator()(const std::string& name, std::vector<M>& modules) const {
    for (std::size_t k = 0; k < modules.size(); ++k) (*this)(name + std::to_string(k), modules[k]);
  }
};

}  // namespace visiting

/// The parameters of a module in the order it shows them, with their names.
template <class T, Module M>
std::vector<NamedParam<T>> named_parameters(M& module) {
  std::vector<NamedParam<T>> out;
  module.visit(visiting::Collector<T>{out, ""});
  return out;
}
template <Module M>
auto named_parameters(M& module) {
  return named_parameters<typename M::value_type>(module);
}

/// The parameters of some modules, for an optimiser. A module says what its numbers are by
/// `using value_type = T`; for one that does not, write `parameters<float>(model)`.
template <class T, Module... M>
std::vector<ParamRef<T>> parameters(M&... modules) {
  std::vector<ParamRef<T>> out;
  const auto add = [&](auto& module) {
    for (auto& named : named_parameters<T>(module)) out.push_back(named.param);
  };
  (add(modules), ...);
  return out;
}
template <Module First, Module... Rest>
auto parameters(First& first, Rest&... rest) {
  return parameters<typename First::value_type>(first, rest...);
}

/// How many numbers a module trains.
template <Module M>
Index count_parameters(M& module) {
  Index count = 0;
  for (const auto& named : named_parameters(module)) count += named.param.size();
  return count;
}

}  // namespace engram
