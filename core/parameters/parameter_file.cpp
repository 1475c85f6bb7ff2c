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

  // Whether there is a tensor for `param`, under any of its names.
  bool look_for(const NamedParam<T>& param) {
    std::vector<Found> values;
    bool any = take(param, param.name, values);
    for (const std::string& name : param.also) any |= take(param, name, values);
    if (values.empty()) return any;
    const Found& first = values.front();
    for (const Found& other : values) {
      if (same_bits(other.value, first.value)) continue;
      complaints.add("tensors ", shown(first.name), " and ", shown(other.name),
                     " differ, and are of one shared ", param.str());
    }
    found_.push_back(first);
    return any;
  }
  bool knows(const std::string& tensor) const { return known_.contains(tensor); }

  std::vector<std::string> assign() {
    std::vector<std::string> names;
    for (auto& [param, name, value] : found_) {
      param.assign(value);
      names.push_back(param.name);
    }
    return names;
  }

  Complaints complaints;

 private:
  struct Found {
    NamedParam<T> param;
    std::string name;
    Array<T> value;
  };

  bool take(const NamedParam<T>& param, const std::string& under, std::vector<Found>& values) {
    const std::string name = prefix_ + under;
    known_.insert(name);
    if (!tensors_.tensors.contains(name)) return false;
    try {
      Array<T> value = tensors_.as<T>(name);
      if (value.shape() != param.shape()) {
        fail("tensor ", shown(name), " has shape ", value.shape(), ", the parameter ",
             param.shape());
      }
      values.push_back({param, name, std::move(value)});
    } catch (const Error& error) {
      complaints.add(error.what());
    }
    return true;
  }
  static bool same_bits(const Array<T>& a, const Array<T>& b) {
    return std::ranges::equal(std::as_bytes(a.values()), std::as_bytes(b.values()));
  }

  const Tensors& tensors_;
  std::string prefix_;
  std::set<std::string> known_;
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
void put_parameters(Tensors& tensors, const Parameters<T>& parameters, const std::string& prefix,
                    Precision precision) {
  for (const auto& param : parameters) {
    files::Tensor tensor;
    try {
      tensor = files::stored(param.value(), precision);
    } catch (const Error& error) {
      fail("parameter ", shown(param.name), ": ", error.what());
    }
    tensors.add(prefix + param.name, std::move(tensor));
  }
}

template <class T>
void load_parameters(const Tensors& tensors, const Parameters<T>& parameters,
                     const std::string& prefix) {
  Loading<T> loading(tensors, prefix);
  std::vector<const NamedParam<T>*> missing;
  for (const auto& param : parameters) {
    if (!loading.look_for(param)) missing.push_back(&param);
  }
  for (const auto* param : missing) {
    loading.complaints.add("no tensor ", shown(prefix + param->name), " ", param->shape());
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
LoadReport load_parameters(const Tensors& tensors, const Parameters<T>& parameters,
                           const Partial& partial) {
  LoadReport report{{}, {}, tensors.not_read};
  Loading<T> loading(tensors, partial.prefix);
  for (const auto& param : parameters.only(partial.only)) {
    if (!loading.look_for(param)) report.not_found.push_back(param.name);
  }
  loading.complaints.throw_any("these cannot be loaded:");
  report.loaded = loading.assign();
  for (const auto& [name, tensor] : tensors.tensors) {
    if (!loading.knows(name)) report.not_used.push_back(name);
  }
  std::sort(report.not_used.begin(), report.not_used.end());
  return report;
}

template <class T>
Wanted wanted(const Parameters<T>& parameters, const Partial& partial) {
  std::set<std::string> names;
  for (const auto& param : parameters.only(partial.only)) {
    names.insert(partial.prefix + param.name);
    for (const std::string& name : param.also) names.insert(partial.prefix + name);
  }
  return [names = std::move(names)](const std::string& name) { return names.contains(name); };
}

std::string LoadReport::str() const {
  return line("loaded", loaded) + line("not found in the file", not_found) +
         line("not used of the file", not_used);
}

template void put_parameters(Tensors&, const Parameters<float>&, const std::string&, Precision);
template void put_parameters(Tensors&, const Parameters<double>&, const std::string&, Precision);
template void load_parameters(const Tensors&, const Parameters<float>&, const std::string&);
template void load_parameters(const Tensors&, const Parameters<double>&, const std::string&);
template LoadReport load_parameters(const Tensors&, const Parameters<float>&, const Partial&);
template LoadReport load_parameters(const Tensors&, const Parameters<double>&, const Partial&);
template Wanted wanted(const Parameters<float>&, const Partial&);
template Wanted wanted(const Parameters<double>&, const Partial&);

}  // namespace engram
