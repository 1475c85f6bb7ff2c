// AtomicFile: a file that is replaced whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace engram {

/// Writes a temporary file beside `path` and puts it in the place of `path` at the end. Whatever
/// happens before that, an earlier file stays as it was and the temporary goes:
///
///   AtomicFile file("weights.safetensors");
///   file.write(std::as_bytes(std::span(values)));
///   file.commit();
///
/// A symbolic link is followed: the file it points to is replaced.
class AtomicFile {
 public:
  /// Throws `Error` when the folder is missing or may not be written, or when `path` is there and
  /// no regular file.
  explicit AtomicFile(const std::filesystem::path& path);
  /// Without a `commit` before, removes what was written.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws `Error` with the system's reason: a full disk, a limit, ...
  void write(std::span<const std::byte> bytes);
  /// Replaces `path`: syncs the temporary, renames it, syncs the folder, so that after a power cut
  /// there is the old file or the new one. Throws `Error`.
  void commit();

 private:
  [[noreturn]] void fail_with(int error) const;
  void remove();

  std::filesystem::path path_;
  std::string name_, temporary_;  ///< in the folder
  int folder_ = -1, file_ = -1;
};

}  // namespace engram
