// AtomicFile: a file that is replaced whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace engram {

/// Writes a temporary file beside `path` and puts it in the place of `path` at the end. Whatever
/// happens before that, an earlier file stays as it was and the temporary goes:
///
///   AtomicFile file("weights.safetensors");
///   file.write(std::as_bytes(std::span(values)));
///   file.commit();
///
/// A symbolic link is followed: the file it points to is replaced, or made if it is not there yet.
/// The new file has the rights of the earlier one, and belongs to who writes it.
///
/// An error is final: the temporary is gone, and what follows throws. A process that is killed
/// leaves the earlier file and, beside it, its temporary: `leftovers` finds those
/// (core/leftovers.hpp).
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
  /// there is the old file or the new one, and after this call the new one. Throws `Error`; the
  /// earlier file is in its place then. (Where a file system cannot exchange two files, the sync of
  /// the folder cannot be undone, and its error says that the new file is there.)
  void commit();

 private:
  [[noreturn]] void fail_with(int error, std::string_view more = "");
  void check(int result);
  void require_open() const;
  void make_temporary();
  void remove();

  std::filesystem::path path_;
  std::string link_;              ///< which link led there, for messages
  std::string name_, temporary_;  ///< in the folder
  bool replaces_ = false;
  int folder_ = -1, file_ = -1;
};

}  // namespace engram
