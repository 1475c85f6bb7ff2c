#include "engram/core/atomic_file.hpp"

#include <atomic>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engram/core/error.hpp"
#include "engram/core/files/temporary.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;
using files::asked;
using files::Holder;
using files::lock;
using files::temporary_name;

std::string reason(int error) { return std::generic_category().message(error); }

// What `path` points to in the end, be it there or not. Nothing else in it is resolved: ".." after
// a link is for the system to follow.
fs::path followed(fs::path path) {
  constexpr int kMostLinks = 40;  // as Linux
  const fs::path first = path;
  for (int links = 0; links < kMostLinks; ++links) {
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (error == std::errc::invalid_argument || error == std::errc::no_such_file_or_directory) {
      return path;  // it is no link
    }
    if (error) fail("cannot write ", first.string(), ": ", error.message());
    path = path.parent_path() / target;
  }
  fail("cannot write ", first.string(), ": ", reason(ELOOP));
}

}  // namespace

void AtomicFile::fail_with(int error, std::string_view more) {
  remove();
  fail("cannot write ", path_.string(), link_, ": ", reason(error), more);
}

void AtomicFile::check(int result) {
  if (result < 0) fail_with(errno);
}

void AtomicFile::require_open() const {
  if (file_ < 0)
    fail("cannot write ", path_.string(), link_, ": it is finished, or gone with an error");
}

AtomicFile::AtomicFile(const fs::path& path) : path_(followed(path)), name_(path_.filename()) {
  if (path_ != path) link_ = text(" (", path.string(), " links to it)");
  if (name_.empty()) fail("cannot write ", path_.string(), link_, ": it names no file");
  struct stat old {};
  replaces_ = asked([&] { return stat(path_.c_str(), &old); }) == 0;
  if (!replaces_ && errno != ENOENT) fail_with(errno);
  if (replaces_ && !S_ISREG(old.st_mode)) {
    fail("cannot write ", path_.string(), link_, ": it is there and is no regular file");
  }
  const fs::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  folder_ = asked([&] { return open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  check(folder_);
  make_temporary();
  if (replaces_) check(asked([&] { return fchmod(file_, old.st_mode & 07777); }));
}

// A new file, locked, so that everybody sees that it is being written.
void AtomicFile::make_temporary() {
  static std::atomic<unsigned> count{0};
  while (true) {
    temporary_ = temporary_name(folder_, name_, count++);
    file_ = asked([&] {
      return openat(folder_, temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    });
    // One with this name was left: another container has processes of the same numbers.
    if (file_ < 0 && errno == EEXIST) continue;
    check(file_);
    const auto holder = lock(file_);
    if (!holder) fail_with(errno);
    struct stat made {};
    check(fstat(file_, &made));
    if (holder != Holder::others && made.st_nlink > 0) return;
    // `remove_leftovers` has seen it before it was locked.
    ::close(std::exchange(file_, -1));
    unlinkat(folder_, temporary_.c_str(), 0);
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
  require_open();
  while (!bytes.empty()) {
    const ssize_t count = asked([&] { return ::write(file_, bytes.data(), bytes.size()); });
    if (count <= 0) fail_with(count < 0 ? errno : EIO);  // 0 again and again would be for ever
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::commit() {
  require_open();
  // Renaming before the data is on the disk could leave an empty file behind after a power cut.
  check(asked([&] { return fsync(file_); }));
  // Exchanged, for then the last step can be undone.
  const auto exchange = [&] {
    return renameat2(folder_, temporary_.c_str(), folder_, name_.c_str(), RENAME_EXCHANGE);
  };
  const bool exchanged = replaces_ && exchange() == 0;
  if (!exchanged) check(renameat(folder_, temporary_.c_str(), folder_, name_.c_str()));
  // Some file systems cannot sync a folder, and then need not.
  if (asked([&] { return fsync(folder_); }) != 0 && errno != EINVAL) {
    const int error = errno;
    const bool undone = exchanged    ? exchange() == 0
                        : !replaces_ ? unlinkat(folder_, name_.c_str(), 0) == 0
                                     : false;
    if (exchanged && !undone) {  // the earlier file is what has the temporary's name
      ::close(std::exchange(file_, -1));
      fail_with(error, text("; the new file is there, the earlier one is called ", temporary_));
    }
    fail_with(error, undone ? "" : "; the new file is there, but may be gone after a power cut");
  }
  ::close(std::exchange(file_, -1));
  if (exchanged) unlinkat(folder_, temporary_.c_str(), 0);  // the earlier file
}

}  // namespace engram
