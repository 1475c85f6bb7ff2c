// What the tests of profiles share.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "engram/core/profile.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A folder of this test's own, gone with its end.
struct Folder {
  const fs::path path = fs::temp_directory_path() / ("engram_profile_" + std::to_string(getpid()));
  Folder() { fs::create_directory(path); }
  ~Folder() { fs::remove_all(path); }
  auto files() const { return std::distance(fs::directory_iterator(path), {}); }
};

inline std::map<std::string, Profile::Row> by_name(const Profile& profile) {
  std::map<std::string, Profile::Row> out;
  for (const Profile::Row& row : profile.rows()) {
    out[row.op + (row.direction == Direction::forward ? "" : " (backward)")] = row;
  }
  return out;
}

/// Two products and a sum of 8 numbers, and back.
inline void work(Tape<double>& tape) {
  const auto x = tape.variable(Array<double>({2, 4}));
  tape.backward(sum(x * x * x));
}

inline Json trace_in(const fs::path& path) { return Json::parse(std::ifstream(path)); }

inline std::vector<Json> calls_in(const Json& trace) {
  std::vector<Json> out;
  for (const Json& event : trace.at("traceEvents")) {
    if (event.at("ph") == "X") out.push_back(event);
  }
  return out;
}

inline bool has(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

}  // namespace engram::testing
