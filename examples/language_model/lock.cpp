#include "engram/examples/language_model/lock.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engram/core/error.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

constexpr auto kName = "run.lock";

// "process 1234 on HOST, since 2026-11-25 13:05:45"
std::string this_process() {
  std::array<char, HOST_NAME_MAX + 1> host{};
  gethostname(host.data(), host.size() - 1);
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> since{};
  std::strftime(since.data(), since.size(), "%Y-%m-%d %H:%M:%S", &local);
  return text("process ", getpid(), " on ", host.data(), ", since ", since.data());
}

std::string holder(int file) {
  std::array<char, 400> name{};
  const ssize_t size = pread(file, name.data(), name.size(), 0);
  // It is written a moment after the lock is taken.
  return size > 0 ? std::string(name.data(), static_cast<std::size_t>(size)) : "another process";
}

bool has_no_locks(int error) {
  return error == ENOLCK || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL;
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder) {
  folder_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) fail("cannot open the folder ", folder.string(), ": ", std::strerror(errno));
  try {
    while (!try_lock(folder)) {
    }
  } catch (const Error&) {
    close_all();
    throw;
  }
}

// False when the one who had it has removed the file in between.
bool FolderLock::try_lock(const fs::path& folder) {
  file_ = openat(folder_, kName, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) fail("cannot write ", (folder / kName).string(), ": ", std::strerror(errno));
  int result = 0;
  do {
    result = flock(file_, LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno == EWOULDBLOCK) {
    fail("another run is at work in ", folder.string(), ": ", holder(file_),
         "; wait for it, stop it, or use another folder");
  }
  if (result != 0 && !has_no_locks(errno)) {
    fail("cannot lock ", (folder / kName).string(), ": ", std::strerror(errno));
  }
  held_ = result == 0;
  struct stat mine {
  }, there{};
  if (fstat(file_, &mine) != 0 || fstatat(folder_, kName, &there, 0) != 0 ||
      mine.st_ino != there.st_ino) {
    ::close(std::exchange(file_, -1));
    return false;
  }
  const std::string name = this_process();  // on a full disk the lock holds without it
  static_cast<void>(ftruncate(file_, 0) == 0 && pwrite(file_, name.data(), name.size(), 0) > 0);
  return true;
}

FolderLock::~FolderLock() {
  if (file_ >= 0) unlinkat(folder_, kName, 0);
  close_all();
}

void FolderLock::close_all() {
  for (int* file : {&file_, &folder_}) {
    if (*file >= 0) ::close(std::exchange(*file, -1));
  }
}

}  // namespace engram::language_model
