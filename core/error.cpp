#include "engram/core/error.hpp"

#include <algorithm>

namespace engram {
namespace {
constexpr auto kMark = "\n  recorded at ";
}

Error located(const std::string& operation, const Error& error, const Site& site) {
  const std::string what = error.what();
  return what.find(kMark) == std::string::npos ? relocated(operation, error, site) : error;
}

Error relocated(const std::string& operation, const Error& error, const Site& site) {
  std::string what = error.what();
  what.resize(std::min(what.size(), what.find(kMark)));
  const std::string prefix = what.starts_with(operation + ": ") ? "" : operation + ": ";
  return Error(text(prefix, what, kMark, site.file_name(), ":", site.line()));
}

}  // namespace engram
