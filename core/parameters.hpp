// Parameters: a list of them with their names, as optimisers, files and checks take it.
#pragma once

#include <initializer_list>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "engram/core/param.hpp"
#include "engram/core/patterns.hpp"

namespace engram {

/// A parameter and the path to it: "lstm.layer0.w_hh".
template <class T>
struct NamedParam : ParamRef<T> {
  std::string name;
  std::vector<std::string> also;  ///< the other paths that lead to it, when it is shared

  /// Whether one of its names is as wanted.
  bool is(const Wanted& wanted) const;
};

/// Parameters in the order of their module. One that is reached by two paths is there once.
template <class T>
class Parameters {
 public:
  Parameters() = default;
  /// Parameters of no module are called by their number: "0", "1", ...
  Parameters(std::initializer_list<ParamRef<T>> params)  // NOLINT: a list is given as {w, b}
      : Parameters(std::vector<ParamRef<T>>(params)) {}
  Parameters(const std::vector<ParamRef<T>>& params);  // NOLINT

  /// Does not compile, and says why.
  template <class U>
  Parameters(const Parameters<U>&) {  // NOLINT
    static_assert(std::is_same_v<T, U>,
                  "parameters of float and of double do not mix: the optimiser or check must have "
                  "the value_type of the module, as optim::Adam<double> of a module of double");
  }

  /// Adds one. Throws `Error` when another parameter has this name.
  void add(const std::string& name, const ParamRef<T>& param);
  /// Adds those of another list, each under `prefix` and a dot before its name.
  void add(const std::string& prefix, const Parameters& others);

  /// Those with a name that matches one of the patterns (`matching`), or those with none:
  /// parameters(model).only({"*.b"}), parameters(model).except({"encoder.*"}). Throws `Error` for a
  /// pattern that matches none.
  Parameters only(const std::vector<std::string>& patterns) const;
  Parameters except(const std::vector<std::string>& patterns) const;

  /// See `ParamRef::freeze`.
  void freeze();
  void unfreeze();

  /// The parameter of this name, or null.
  const NamedParam<T>* find(const std::string& name) const;
  bool contains(const ParamRef<T>& param) const { return by_id_.contains(param.id()); }
  /// How many numbers they have together.
  Index count() const;

  std::size_t size() const { return list_.size(); }
  bool empty() const { return list_.empty(); }
  NamedParam<T>& operator[](std::size_t k) { return list_[k]; }
  const NamedParam<T>& operator[](std::size_t k) const { return list_[k]; }
  auto begin() { return list_.begin(); }
  auto end() { return list_.end(); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

 private:
  Parameters chosen(const std::vector<std::string>& patterns, bool matching_ones) const;

  std::vector<NamedParam<T>> list_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::unordered_map<const void*, std::size_t> by_id_;
};

extern template struct NamedParam<float>;
extern template struct NamedParam<double>;
extern template class Parameters<float>;
extern template class Parameters<double>;

}  // namespace engram
