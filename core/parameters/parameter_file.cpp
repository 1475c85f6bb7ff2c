#include "engram/core/parameter_file.hpp"

#include <algorithm>
#include <set>

#include "engram/core/files/safetensors_header.hpp"

namespace engram {
namespace {

using files::Precision;
using files::Tensors;
using files::safetensors::shown;

// Everything that is wrong, in one error.
class Complaints {
 public:
  template <class... Parts>
  void add(const Parts&... parts) {
    constexpr int kListed = 50;
    if (++count_ <= kListed) lines_ += text("\n  ", parts...);
    if (count_ > kListed) more_ = text("\n  and ", count_ - kListed, " more");
  }
  void throw_any(const char* what) const {
    if (count_ > 0) fail(what, lines_, more_);
  }

 private:
  int count_ = 0;
  std::string lines_, more_;
};

// What the tensors say of the parameters; nothing is changed before all of it is known.
template <class T>
class Loading {
 public:
  Loading(const Tensors& tensors, const std::string& prefix) : tensors_(tensors), prefix_(prefix) {}

  void look_for(const NamedParam<T>& named) {
    const std::string name = prefix_ + named.name;
    if (!known_.insert(name).second) fail("two parameters are called ", shown(name));
    if (!tensors_.tensors.contains(name)) {
      missing_.push_back(named);
      return;
    }
    try {
      Array<T> value = tensors_.as<T>(name);
      if (value.shape() != named.param.shape()) {
        fail("tensor ", shown(name), " has shape ", value.shape(), ", the parameter ",
             named.param.shape());
      }
      found_.push_back({named, std::move(value)});
    } catch (const Error& error) {
      complaints.add(error.what());
    }
  }
  bool knows(const std::string& tensor) const { return known_.contains(tensor); }

  // Parameters without a tensor under this name or, for those that go by several, another.
  std::vector<NamedParam<T>> missing() const {
    std::vector<NamedParam<T>> out;
    for (const auto& named : missing_) {
      const bool elsewhere = std::any_of(found_.begin(), found_.end(), [&](const Found& other) {
        return other.named.param == named.param;
      });
      if (!elsewhere) out.push_back(named);
    }
    return out;
  }

  std::vector<std::string> assign() {
    std::vector<std::string> names;
    for (auto& [named, value] : found_) {
      named.param.assign(value);
      names.push_back(named.name);
    }
    return names;
  }

  Complaints complaints;

 private:
  struct Found {
    NamedParam<T> named;
    Array<T> value;
  };
  const Tensors& tensors_;
  std::string prefix_;
  std::set<std::string> known_;
  std::vector<NamedParam<T>> missing_;
  std::vector<Found> found_;
};

std::string line(const char* what, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string out = text(what, " (", names.size(), "):");
  for (const std::string& name : names) out += " " + shown(name);
  return out + "\n";
}

}  // namespace

template <class T>
void put_parameters(Tensors& tensors, const std::vector<NamedParam<T>>& parameters,
                    const std::string& prefix, Precision precision) {
  for (const auto& [name, param] : parameters) {
    if (tensors.tensors.contains(prefix + name)) {
      fail("two tensors are called ", shown(prefix + name));
    }
    try {
      tensors.tensors.emplace(prefix + name, files::stored(param.value(), precision));
    } catch (const Error& error) {
      fail("parameter ", shown(name), ": ", error.what());
    }
  }
}

template <class T>
void load_parameters(const Tensors& tensors, const std::vector<NamedParam<T>>& parameters,
                     const std::string& prefix) {
  Loading<T> loading(tensors, prefix);
  for (const auto& named : parameters) loading.look_for(named);
  for (const auto& [name, param] : loading.missing()) {
    loading.complaints.add("no tensor ", shown(prefix + name), " ", param.shape());
  }
  for (const auto& [name, tensor] : tensors.tensors) {
    if (name.starts_with(prefix) && !loading.knows(name)) {
      loading.complaints.add("no parameter for tensor ", shown(name));
    }
  }
  loading.complaints.throw_any(
      "the tensors are not those of these parameters (to load those that are "
      "there, say so by a Partial):");
  loading.assign();
}

template <class T>
LoadReport load_parameters(const Tensors& tensors, const std::vector<NamedParam<T>>& parameters,
                           const Partial& partial) {
  Loading<T> loading(tensors, partial.prefix);
  for (const std::string& pattern : partial.only) {
    const Wanted matches = matching({pattern});
    if (std::none_of(parameters.begin(), parameters.end(),
                     [&](const auto& named) { return matches(named.name); })) {
      loading.complaints.add("no parameter is called ", shown(pattern));
    }
  }
  const Wanted matches = matching(partial.only);
  for (const auto& named : parameters) {
    if (matches(named.name)) loading.look_for(named);
  }
  loading.complaints.throw_any("these cannot be loaded:");
  LoadReport report{loading.assign(), {}, tensors.not_read};
  for (const auto& named : loading.missing()) report.not_found.push_back(named.name);
  for (const auto& [name, tensor] : tensors.tensors) {
    if (!loading.knows(name)) report.not_used.push_back(name);
  }
  std::sort(report.not_used.begin(), report.not_used.end());
  return report;
}

template <class T>
Wanted wanted(const std::vector<NamedParam<T>>& parameters, const Partial& partial) {
  std::set<std::string> names;
  const Wanted matches = matching(partial.only);
  for (const auto& named : parameters) {
    if (matches(named.name)) names.insert(partial.prefix + named.name);
  }
  return [names = std::move(names)](const std::string& name) { return names.contains(name); };
}

std::string LoadReport::str() const {
  return line("loaded", loaded) + line("not found in the file", not_found) +
         line("not used of the file", not_used);
}

template void put_parameters(Tensors&, const std::vector<NamedParam<float>>&, const std::string&,
                             Precision);
template void put_parameters(Tensors&, const std::vector<NamedParam<double>>&, const std::string&,
                             Precision);
template void load_parameters(const Tensors&, const std::vector<NamedParam<float>>&,
                              const std::string&);
template void load_parameters(const Tensors&, const std::vector<NamedParam<double>>&,
                              const std::string&);
template LoadReport load_parameters(const Tensors&, const std::vector<NamedParam<float>>&,
                                    const Partial&);
template LoadReport load_parameters(const Tensors&, const std::vector<NamedParam<double>>&,
                                    const Partial&);
template Wanted wanted(const std::vector<NamedParam<float>>&, const Partial&);
template Wanted wanted(const std::vector<NamedParam<double>>&, const Partial&);

}  // namespace engram
