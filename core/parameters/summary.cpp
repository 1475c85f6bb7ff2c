#include "engram/core/summary.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace engram {

template <class T>
std::string summary(std::span<const NamedParam<T>> parameters) {
  std::size_t names = 9, shapes = 5;  // the width of the headings
  Index total = 0;
  for (const auto& [name, param] : parameters) {
    names = std::max(names, name.size());
    shapes = std::max(shapes, param.shape().str().size());
    total += param.size();
  }
  std::ostringstream out;
  const auto line = [&](const std::string& name, const std::string& shape, const auto& count) {
    out << std::left << std::setw(static_cast<int>(names)) << name << "  "
        << std::setw(static_cast<int>(shapes)) << shape << "  " << std::right << std::setw(12)
        << count << '\n';
  };
  line("parameter", "shape", "numbers");
  for (const auto& [name, param] : parameters) line(name, param.shape().str(), param.size());
  line("total", "", total);
  return out.str();
}

template std::string summary(std::span<const NamedParam<float>>);
template std::string summary(std::span<const NamedParam<double>>);

}  // namespace engram
