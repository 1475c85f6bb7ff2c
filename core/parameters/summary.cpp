#include "engram/core/summary.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace engram {

template <class T>
std::string summary(const Parameters<T>& parameters) {
  std::size_t names = 9, shapes = 5;  // the width of the headings
  Index trained = 0;
  for (const auto& param : parameters) {
    names = std::max(names, param.name.size());
    shapes = std::max(shapes, param.shape().str().size());
    if (param.is_trained()) trained += param.size();
  }
  std::ostringstream out;
  const auto line = [&](const std::string& name, const std::string& shape, const auto& count,
                        const char* note = "") {
    out << std::left << std::setw(static_cast<int>(names)) << name << "  "
        << std::setw(static_cast<int>(shapes)) << shape << "  " << std::right << std::setw(12)
        << count << note << '\n';
  };
  line("parameter", "shape", "numbers");
  for (const auto& param : parameters) {
    line(param.name, param.shape().str(), param.size(),
         param.is_buffer()    ? "  buffer"
         : param.is_trained() ? ""
                              : "  frozen");
  }
  line("total", "", parameters.count());
  if (trained != parameters.count()) line("trained", "", trained);
  return out.str();
}

template std::string summary(const Parameters<float>&);
template std::string summary(const Parameters<double>&);

}  // namespace engram
