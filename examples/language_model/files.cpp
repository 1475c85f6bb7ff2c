#include "engram/examples/language_model/files.hpp"

#include <array>
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

// A file that is open.
class Open {
 public:
  Open(const fs::path& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Open() {
    if (fd_ >= 0) close(fd_);
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;

  bool is_open() const { return fd_ >= 0; }
  ssize_t read(std::span<char> into) const {
    ssize_t count = 0;
    do {
      count = ::read(fd_, into.data(), into.size());
    } while (count < 0 && errno == EINTR);
    return count;
  }
  std::optional<off_t> size() const {
    struct stat status {};
    return fstat(fd_, &status) == 0 ? std::optional(status.st_size) : std::nullopt;
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

[[noreturn]] void fail_reading(const fs::path& path, int error) {
  fail("cannot read ", path.string(), ": ", std::strerror(error));
}

[[noreturn]] void fail_writing(const fs::path& path, int error) {
  fail("cannot write ", path.string(), ": ", std::strerror(error));
}

}  // namespace

std::optional<std::string> read_file(const fs::path& path, std::size_t most) {
  const Open file(path, O_RDONLY);
  if (!file.is_open() && errno == ENOENT) return std::nullopt;
  if (!file.is_open()) fail_reading(path, errno);
  std::string bytes;
  std::array<char, 1 << 16> buffer;
  while (true) {
    const ssize_t count = file.read(buffer);
    if (count < 0) fail_reading(path, errno);
    if (count == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() > most) fail("cannot read ", path.string(), ": it has over ", most, " bytes");
  }
}

void write_file(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(bytes)));
  file.commit();
}

void append_lines(const fs::path& path, std::string_view lines) {
  const Open file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!file.is_open()) fail_writing(path, errno);
  const std::optional<off_t> before = file.size();
  if (!before || !file.write(lines)) {
    const int error = errno;
    if (before) static_cast<void>(file.truncate(*before));
    fail_writing(path, error);
  }
}

void remove_file(const fs::path& path) {
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory) return;
  if (!error) fs::remove(file, error);
  if (error) fail("cannot remove ", path.string(), ": ", error.message());
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) fail("cannot make the folder ", folder.string(), ": ", error.message());
}

}  // namespace engram::language_model
