#include "engram/core/error.hpp"

#include <algorithm>

namespace engram {
namespace {

constexpr auto kMark = "\n  recorded at ";

// `what` without the place that it may name, and with `site`.
std::string placed(std::string what, const Site& site) {
  what.resize(std::min(what.size(), what.find(kMark)));
  return text(what, kMark, site.file_name(), ":", site.line());
}

}  // namespace

Error located(const std::string& operation, const Error& error, const Site& site) {
  const std::string what = error.what();
  return what.find(kMark) == std::string::npos ? relocated(operation, error, site) : error;
}

Error relocated(const std::string& operation, const Error& error, const Site& site) {
  const std::string what = error.what();
  const bool named = what.starts_with(operation + ": ");
  return {operation, placed(named ? what.substr(operation.size() + 2) : what, site)};
}

Error renamed(const std::string& operation, const Error& error, const Site& site) {
  return {operation, placed(error.unnamed(), site)};
}

}  // namespace engram
