#include "engram/core/parameters.hpp"

#include <algorithm>

namespace engram {

template <class T>
bool NamedParam<T>::is(const Wanted& wanted) const {
  return wanted(name) || std::any_of(also.begin(), also.end(), wanted);
}

template <class T>
Parameters<T>::Parameters(const std::vector<ParamRef<T>>& params) {
  for (std::size_t k = 0; k < params.size(); ++k) add(std::to_string(k), params[k]);
}

template <class T>
void Parameters<T>::add(const std::string& name, const ParamRef<T>& param) {
  const auto [named, is_new_name] = by_name_.try_emplace(name, list_.size());
  if (!is_new_name) {
    const NamedParam<T>& other = list_[named->second];
    if (other == param) return;
    fail("two parameters are called ", name, ": ", other.shape(), " and ", param.shape(),
         "; give each a name of its own, in its visit or by Parameters::add(prefix, list)");
  }
  const auto [known, is_new] = by_id_.try_emplace(param.id(), list_.size());
  if (is_new) {
    param.set_name(name);
    list_.push_back({param, name, {}});
  } else {
    named->second = known->second;
    list_[known->second].also.push_back(name);
  }
}

template <class T>
void Parameters<T>::add(const std::string& prefix, const Parameters& others) {
  for (const NamedParam<T>& other : others) {
    add(prefix + "." + other.name, other);
    for (const std::string& name : other.also) add(prefix + "." + name, other);
  }
}

template <class T>
Parameters<T> Parameters<T>::chosen(const std::vector<std::string>& patterns,
                                    bool matching_ones) const {
  for (const std::string& pattern : patterns) {
    const Wanted wanted = matching({pattern});
    if (std::none_of(begin(), end(), [&](const auto& param) { return param.is(wanted); })) {
      std::string names;
      for (const auto& param : list_) names += (names.empty() ? "" : ", ") + param.name;
      fail("no parameter is called ", pattern, "; there are: ", names.empty() ? "none" : names);
    }
  }
  Parameters out;
  const Wanted wanted = matching(patterns);
  for (const auto& param : list_) {
    if (param.is(wanted) != matching_ones) continue;
    out.add(param.name, param);
    for (const std::string& name : param.also) out.add(name, param);
  }
  return out;
}

template <class T>
Parameters<T> Parameters<T>::only(const std::vector<std::string>& patterns) const {
  return chosen(patterns, true);
}
template <class T>
Parameters<T> Parameters<T>::except(const std::vector<std::string>& patterns) const {
  return chosen(patterns, false);
}

template <class T>
void Parameters<T>::freeze() {
  for (auto& param : list_) param.freeze();
}
template <class T>
void Parameters<T>::unfreeze() {
  for (auto& param : list_) param.unfreeze();
}

template <class T>
const NamedParam<T>* Parameters<T>::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &list_[found->second];
}

template <class T>
Index Parameters<T>::count() const {
  Index out = 0;
  for (const auto& param : list_) out += param.size();
  return out;
}

template struct NamedParam<float>;
template struct NamedParam<double>;
template class Parameters<float>;
template class Parameters<double>;

}  // namespace engram
