// Lock: a folder that belongs to one process at a time.
#pragma once

#include <filesystem>

namespace engram::language_model {

/// While one lives, no other process gets one for the same folder: two runs that write the same
/// files would mix them. The lock is the kernel's (flock, on the file `run.lock`), so it ends with
/// the process, however that ends.
class FolderLock {
 public:
  /// Throws `Error` that says who has the folder, or that it cannot be written to.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// False where the file system has no locks: then nothing keeps another process out.
  bool held() const { return held_; }

 private:
  bool try_lock(const std::filesystem::path& folder);
  void close_all();

  int folder_ = -1, file_ = -1;
  bool held_ = false;
};

}  // namespace engram::language_model
