// Temporary files beside the files that they become: their names and their locks. Internal: users
// write an `AtomicFile`.
#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

namespace engram::files {

/// What the system answers, asked again as long as a signal comes between.
template <class F>
auto asked(const F& f) {
  auto result = f();
  while (result < 0 && errno == EINTR) result = f();
  return result;
}

/// A name for a temporary of this process beside the file `name`, fitting wherever that does: the
/// begin of `name`, as much as there is room for in the open folder, ".PID-NUMBER.engram.tmp".
std::string temporary_name(int folder, const std::string& name, unsigned number);
/// The process whose temporary is called so.
std::optional<std::int64_t> writer_of(const std::string& temporary);

/// Who holds the lock on an open file after an attempt to take it.
enum class Holder { we, others, nobody };  ///< nobody: the file system has no locks
/// Throws nothing; none with `errno` set when the system fails.
std::optional<Holder> lock(int file);

}  // namespace engram::files
