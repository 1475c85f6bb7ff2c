// Files that tests read: any, and those of the sources.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace engram::testing {

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline const std::filesystem::path kSources = ENGRAM_SOURCE_DIR;

/// The files with one of these endings in folders of the sources and in what these contain, in the
/// order of their names.
inline std::vector<std::filesystem::path> sources_in(
    std::initializer_list<std::string_view> folders,
    std::initializer_list<std::string_view> endings = {".hpp"}) {
  std::vector<std::filesystem::path> out;
  for (const std::string_view folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kSources / folder)) {
      const std::string ending = entry.path().extension();
      if (std::find(endings.begin(), endings.end(), ending) != endings.end()) {
        out.push_back(entry.path());
      }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// The header of this name of an op, or of one of core; an empty path when there is none.
inline std::filesystem::path header_called(const std::string& name) {
  for (const char* folder : {"ops", "core"}) {
    for (const auto& path : sources_in({folder})) {
      if (path.filename() == name + ".hpp") return path;
    }
  }
  return {};
}

}  // namespace engram::testing
