#include "engram/examples/language_model/files.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engram/core/error.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

class File {
 public:
  File(const fs::path& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return fd_ >= 0; }
  off_t size() const {
    struct stat status {};
    return fstat(fd_, &status) == 0 ? status.st_size : 0;
  }
  bool truncate(off_t size) const { return ftruncate(fd_, size) == 0; }
  bool sync() const { return fsync(fd_) == 0; }
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  // Some file systems report a full disk only here.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

[[noreturn]] void fail_writing(const fs::path& path, int error) {
  fail("cannot write ", path.string(), ": ", std::strerror(error));
}

}  // namespace

void write_file(const fs::path& path, std::string_view bytes) {
  fs::path beside = path;
  beside += ".new";
  {
    File file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open()) fail_writing(path, errno);
    if (!file.write(bytes) || !file.sync() || !file.close() ||
        std::rename(beside.c_str(), path.c_str()) != 0) {
      const int error = errno;
      ::unlink(beside.c_str());
      fail_writing(path, error);
    }
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const File directory(folder, O_RDONLY | O_DIRECTORY);
  if (directory.is_open()) directory.sync();  // the new name; not every file system can
}

void append_line(const fs::path& path, std::string_view line) {
  const File file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!file.is_open()) fail_writing(path, errno);
  const off_t before = file.size();
  if (!file.write(std::string(line) + '\n')) {
    const int error = errno;
    if (!file.truncate(before)) fail_writing(path, errno);
    fail_writing(path, error);
  }
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) fail("cannot make the folder ", folder.string(), ": ", error.message());
}

}  // namespace engram::language_model
