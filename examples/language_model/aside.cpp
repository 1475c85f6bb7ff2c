#include "engram/examples/language_model/aside.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <span>

#include "engram/core/atomic_file.hpp"
#include "engram/core/error.hpp"
#include "engram/core/leftovers.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

// Where links cannot be, as between two disks.
void copy_whole(const fs::path& from, const fs::path& to) {
  std::ifstream in(from, std::ios::binary);
  AtomicFile out(to);
  std::array<char, 1 << 16> buffer;
  while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
    out.write(std::as_bytes(std::span(buffer.data(), static_cast<std::size_t>(in.gcount()))));
  }
  if (!in.eof()) fail("cannot read ", from.string());
  out.commit();
}

void keep_as(const fs::path& path, const fs::path& other) {
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  if (error) fail("cannot keep ", path.string(), ": ", error.message());
  fs::create_hard_link(file, other, error);
  if (!error) return;
  try {
    copy_whole(file, other);
  } catch (const Error& failure) {
    fail("cannot keep ", path.string(), " as ", other.string(), ": ", failure.what());
  }
}

}  // namespace

fs::path previous(const fs::path& path) {
  fs::path other = path;
  return other.replace_extension(".previous" + path.extension().string());
}

void put_aside(const std::vector<fs::path>& files) {
  std::error_code error;
  const auto is_there = [&](const fs::path& path) { return fs::exists(path, error); };
  if (std::ranges::none_of(files, is_there)) return;
  for (const fs::path& path : files) {
    const fs::path other = previous(path);
    fs::remove(other, error);
    if (error) fail("cannot remove ", other.string(), ": ", error.message());
    if (is_there(path)) keep_as(path, other);
  }
}

std::vector<std::string> tidy(const std::vector<fs::path>& files) {
  std::set<fs::path> folders, elsewhere;
  std::error_code error;
  for (const fs::path& path : files) {
    folders.insert(path.parent_path());
    if (!fs::is_symlink(path, error)) continue;
    const fs::path folder = fs::canonical(path, error).parent_path();
    if (!error && !fs::equivalent(folder, path.parent_path(), error)) elsewhere.insert(folder);
  }
  std::vector<std::string> notes;
  const auto note = [&](const char* what, const Leftover& left, const char* more) {
    notes.push_back(text(what, left.path.string(), " (", left.bytes, " bytes), which process ",
                         left.writer, " left when it was killed", more));
  };
  for (const fs::path& folder : folders) {
    for (const Leftover& left : remove_leftovers(folder)) note("removed ", left, "");
  }
  for (const fs::path& folder : elsewhere) {
    for (const Leftover& left : leftovers(folder)) note("there is ", left, "; remove it");
  }
  return notes;
}

}  // namespace engram::language_model
