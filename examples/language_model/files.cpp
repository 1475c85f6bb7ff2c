#include "engram/examples/language_model/files.hpp"

#include <cerrno>
#include <cstring>
#include <span>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engram/core/atomic_file.hpp"
#include "engram/core/error.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

// A file that is open for adding to its end.
class Appending {
 public:
  explicit Appending(const fs::path& path)
      : fd_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {}
  ~Appending() {
    if (fd_ >= 0) close(fd_);
  }
  Appending(const Appending&) = delete;
  Appending& operator=(const Appending&) = delete;

  bool is_open() const { return fd_ >= 0; }
  off_t size() const {
    struct stat status {};
    return fstat(fd_, &status) == 0 ? status.st_size : 0;
  }
  bool truncate(off_t size) const { return ftruncate(fd_, size) == 0; }
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

 private:
  int fd_;
};

[[noreturn]] void fail_writing(const fs::path& path, int error) {
  fail("cannot write ", path.string(), ": ", std::strerror(error));
}

}  // namespace

void write_file(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(bytes)));
  file.commit();
}

void append_line(const fs::path& path, std::string_view line) {
  const Appending file(path);
  if (!file.is_open()) fail_writing(path, errno);
  const off_t before = file.size();
  if (!file.write(std::string(line) + '\n')) {
    const int error = errno;
    static_cast<void>(file.truncate(before));
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
