#include "engram/core/atomic_file.hpp"

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engram/core/error.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;

// No other AtomicFile, of this process or another, uses the same name at the same time.
std::string temporary_name(const std::string& name) {
  static std::atomic<unsigned> count{0};
  return text(name, ".", getpid(), "-", count++, ".tmp");
}

fs::path followed(const fs::path& path) {
  std::error_code ignored;
  return fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : path;
}

}  // namespace

void AtomicFile::fail_with(int error) const {
  fail("cannot write ", path_.string(), ": ", std::generic_category().message(error));
}

AtomicFile::AtomicFile(const fs::path& path) : path_(followed(path)), name_(path_.filename()) {
  if (name_.empty()) fail("cannot write ", path.string(), ": it names no file");
  struct stat old {};
  const bool replaces = stat(path_.c_str(), &old) == 0;
  if (replaces && !S_ISREG(old.st_mode)) {
    fail("cannot write ", path_.string(), ": it is there and is no regular file");
  }
  const fs::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  folder_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) fail_with(errno);
  temporary_ = temporary_name(name_);
  file_ = openat(folder_, temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_ < 0 || (replaces && fchmod(file_, old.st_mode & 07777) != 0)) {
    const int error = errno;
    remove();
    fail_with(error);
  }
}

AtomicFile::~AtomicFile() { remove(); }

void AtomicFile::remove() {
  if (file_ >= 0) {
    ::close(std::exchange(file_, -1));
    unlinkat(folder_, temporary_.c_str(), 0);
  }
  if (folder_ >= 0) ::close(std::exchange(folder_, -1));
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_with(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::commit() {
  // Renaming before the data is on the disk could leave an empty file behind after a power cut.
  if (fsync(file_) != 0) fail_with(errno);
  if (renameat(folder_, temporary_.c_str(), folder_, name_.c_str()) != 0) fail_with(errno);
  ::close(std::exchange(file_, -1));
  // Some file systems cannot sync a folder, and then need not.
  if (fsync(folder_) != 0 && errno != EINVAL) fail_with(errno);
}

}  // namespace engram
