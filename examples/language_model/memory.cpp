#include "engram/examples/language_model/memory.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace engram::language_model {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t less(std::uint64_t limit, std::uint64_t used) {
  return limit - std::min(limit, used);
}

// The number after `name` in a file of names and numbers.
std::uint64_t number_in(const std::filesystem::path& file, const std::string& name,
                        std::uint64_t otherwise) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) return std::stoull(line.substr(name.size()));
  }
  return otherwise;
}

std::uint64_t of_the_system() {
  const std::uint64_t kilobytes = number_in("/proc/meminfo", "MemAvailable:", kUnlimited / 1024);
  return kilobytes * 1024;
}

std::uint64_t of_the_process() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUnlimited;
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return less(limit.rlim_cur, pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

// Of one control group. "max" of version 2 is no number and reads as none. What the system keeps of
// files counts as used, and goes when it is needed.
std::uint64_t in_folder(const std::filesystem::path& folder, const char* most, const char* now) {
  std::uint64_t limit = 0, used = 0;
  if (!(std::ifstream(folder / most) >> limit) || !(std::ifstream(folder / now) >> used)) {
    return kUnlimited;
  }
  const std::filesystem::path statistics = folder / "memory.stat";
  const std::uint64_t files =
      number_in(statistics, "inactive_file ", 0) + number_in(statistics, "active_file ", 0);
  return less(limit, less(used, files));
}

// The tightest of the control groups that the process is in, one inside the other.
std::uint64_t of_the_group() {
  std::uint64_t least = in_folder("/sys/fs/cgroup/memory", "memory.limit_in_bytes",  // version 1
                                  "memory.usage_in_bytes");
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("0::/")) continue;
    const std::filesystem::path root = "/sys/fs/cgroup";
    for (std::filesystem::path at = root / line.substr(4);; at = at.parent_path()) {
      least = std::min(least, in_folder(at, "memory.max", "memory.current"));
      if (at == root || !at.has_relative_path()) break;
    }
  }
  return least;
}

}  // namespace

std::uint64_t memory_available() {
  return std::min({of_the_system(), of_the_process(), of_the_group()});
}

}  // namespace engram::language_model
