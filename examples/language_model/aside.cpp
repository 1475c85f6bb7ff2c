#include "engram/examples/language_model/aside.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <span>

#include "engram/core/atomic_file.hpp"
#include "engram/core/error.hpp"

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

bool is_leftover(const fs::path& entry, const fs::path& file) {
  const std::string name = entry.filename().string();
  return name.starts_with(file.filename().string() + ".") && name.ends_with(".tmp");
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

std::vector<fs::path> remove_leftovers(const std::vector<fs::path>& files) {
  std::vector<fs::path> removed;
  std::error_code error;
  for (const fs::path& path : files) {
    const fs::path file = fs::weakly_canonical(path, error);  // a link is written where it points
    if (error || !file.has_parent_path()) continue;
    for (const fs::directory_entry& entry : fs::directory_iterator(file.parent_path(), error)) {
      if (!is_leftover(entry.path(), file) || !entry.is_regular_file(error)) continue;
      if (fs::remove(entry.path(), error)) removed.push_back(entry.path());
    }
  }
  return removed;
}

}  // namespace engram::language_model
