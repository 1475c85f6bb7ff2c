// What processes leave that are killed while they write files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace engram {

/// A temporary of an `AtomicFile` that nobody writes any more.
struct Leftover {
  std::filesystem::path path;  ///< ends in ".PID-NUMBER.engram.tmp", after what it was to be
  std::int64_t writer = 0;     ///< the number of the process
  std::uintmax_t bytes = 0;
};

/// Those in a folder, sorted by name. A writer holds a lock that ends with it, so they are told
/// from files being written across containers and machines that share the folder; where there are
/// no locks, or a file cannot be looked at, it is none. Throws `Error` when the folder cannot be
/// read.
std::vector<Leftover> leftovers(const std::filesystem::path& folder);

/// Removes them, and returns what is gone: tell the user.
std::vector<Leftover> remove_leftovers(const std::filesystem::path& folder);

}  // namespace engram
