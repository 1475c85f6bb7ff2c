// What the tests of examples/language_model share: a folder of their own, and files in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include "engram/core/error.hpp"
#include "engram/examples/language_model/failure.hpp"
#include "engram/tests/files.hpp"

namespace engram::language_model {

/// A folder that goes with the test.
struct Folder {
  explicit Folder(const std::string& name)
      : path(std::filesystem::temp_directory_path() / text("engram-", name, "-", getpid())) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directory(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path / name; }

  std::filesystem::path path;
};

inline std::filesystem::path write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

using testing::bytes_of;

inline bool contains(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

/// The message of the error of type E that f throws; empty when it throws none.
template <class E, class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const E& error) {
    BOOST_TEST_MESSAGE(error.what());
    return error.what();
  }
  return "";
}

/// A text with some structure to learn, and characters of one to four bytes.
inline std::string some_text(std::size_t lines) {
  std::string out;
  for (std::size_t k = 0; k < lines; ++k) {
    out += text("the cell ", k % 7, " keeps ", k * k % 11,
                " things; höre \xE2\x88\x91 \xF0\x9D\x84\x9E\n");
  }
  return out;
}

}  // namespace engram::language_model
