#include "engram/core/leftovers.hpp"

#include <algorithm>
#include <system_error>

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
using files::writer_of;

// A file for the time in which it is looked at.
class Opened {
 public:
  explicit Opened(const fs::path& path) : file_(opened(path, O_RDWR)) {
    if (file_ < 0 && errno == EACCES) file_ = opened(path, O_RDONLY);
  }
  ~Opened() {
    if (file_ >= 0) close(file_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  // Whether this is a regular file that was being written by somebody who is gone.
  bool is_left_over() const {
    struct stat status {};
    return file_ >= 0 && fstat(file_, &status) == 0 && S_ISREG(status.st_mode) &&
           lock(file_) == Holder::we;
  }

 private:
  static int opened(const fs::path& path, int how) {
    return asked([&] { return open(path.c_str(), how | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); });
  }
  int file_;
};

// `take` sees each of them while it is locked, and says whether it counts.
template <class F>
std::vector<Leftover> each_leftover(const fs::path& folder, const F& take) {
  std::vector<Leftover> out;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const auto writer = writer_of(at->path().filename());
    if (!writer) continue;
    const Opened file(at->path());
    std::error_code unknown;
    const std::uintmax_t bytes = at->file_size(unknown);
    if (file.is_left_over() && take(at->path()))
      out.push_back({at->path(), *writer, unknown ? 0 : bytes});
  }
  if (error) fail("cannot look through ", folder.string(), ": ", error.message());
  std::sort(out.begin(), out.end(),
            [](const Leftover& a, const Leftover& b) { return a.path < b.path; });
  return out;
}

}  // namespace

std::vector<Leftover> leftovers(const fs::path& folder) {
  return each_leftover(folder, [](const fs::path&) { return true; });
}

std::vector<Leftover> remove_leftovers(const fs::path& folder) {
  return each_leftover(folder, [](const fs::path& path) {
    std::error_code error;
    return fs::remove(path, error);
  });
}

}  // namespace engram
