// The functions here stand before those of the C library, which they call.
#include "engram/tests/system_faults.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstddef>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace engram::testing {
namespace {

struct Plan {
  int left = -1;  // calls before the one that fails; negative: none fails
  int error = 0;
  bool and_all_after = false;
  const char* struck = nullptr;
};
thread_local Plan plan;

enum class Fate { passes, fails, is_short };

Fate fate(const char* call) {
  if (plan.left < 0 || plan.left-- > 0) return Fate::passes;
  if (plan.and_all_after) plan.left = 0;
  plan.struck = call;
  errno = plan.error;
  return plan.error == Fault::kShort ? Fate::is_short : Fate::fails;
}
bool strikes(const char* call) { return fate(call) == Fate::fails; }

template <class F>
F* real(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

Fault::Fault(int number, int error, bool and_all_after) {
  plan = {number, error, and_all_after, nullptr};
}
Fault::~Fault() { plan = {}; }
const char* Fault::struck() const { return plan.struck; }

}  // namespace engram::testing

using engram::testing::Fate;
using engram::testing::fate;
using engram::testing::real;
using engram::testing::strikes;

extern "C" {

int open(const char* path, int how, ...) {
  va_list more;
  va_start(more, how);
  const mode_t rights = how & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  static auto* const next = real<int(const char*, int, ...)>("open");
  return strikes("open") ? -1 : next(path, how, rights);
}

int openat(int folder, const char* path, int how, ...) {
  va_list more;
  va_start(more, how);
  const mode_t rights = how & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  static auto* const next = real<int(int, const char*, int, ...)>("openat");
  return strikes("openat") ? -1 : next(folder, path, how, rights);
}

int close(int file) {  // the file is closed even when that fails, as on Linux
  static auto* const next = real<int(int)>("close");
  const int result = next(file);
  return strikes("close") ? -1 : result;
}

int stat(const char* path, struct stat* status) noexcept {
  static auto* const next = real<int(const char*, struct stat*)>("stat");
  return strikes("stat") ? -1 : next(path, status);
}

int fstat(int file, struct stat* status) noexcept {
  static auto* const next = real<int(int, struct stat*)>("fstat");
  return strikes("fstat") ? -1 : next(file, status);
}

ssize_t readlink(const char* path, char* to, size_t size) noexcept {
  static auto* const next = real<ssize_t(const char*, char*, size_t)>("readlink");
  return strikes("readlink") ? -1 : next(path, to, size);
}

int flock(int file, int how) noexcept {
  static auto* const next = real<int(int, int)>("flock");
  return strikes("flock") ? -1 : next(file, how);
}

int fchmod(int file, mode_t rights) noexcept {
  static auto* const next = real<int(int, mode_t)>("fchmod");
  return strikes("fchmod") ? -1 : next(file, rights);
}

ssize_t write(int file, const void* bytes, size_t count) {
  static auto* const next = real<ssize_t(int, const void*, size_t)>("write");
  const Fate now = fate("write");
  return now == Fate::fails ? -1
                            : next(file, bytes, now == Fate::is_short ? (count + 1) / 2 : count);
}

ssize_t pread(int file, void* to, size_t count, off_t at) {
  static auto* const next = real<ssize_t(int, void*, size_t, off_t)>("pread");
  const Fate now = fate("pread");
  return now == Fate::fails ? -1
                            : next(file, to, now == Fate::is_short ? (count + 1) / 2 : count, at);
}

int fsync(int file) {
  static auto* const next = real<int(int)>("fsync");
  return strikes("fsync") ? -1 : next(file);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  static auto* const next = real<int(int, const char*, int, const char*)>("renameat");
  return strikes("renameat") ? -1 : next(from_folder, from, to_folder, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned how) noexcept {
  static auto* const next = real<int(int, const char*, int, const char*, unsigned)>("renameat2");
  return strikes("renameat2") ? -1 : next(from_folder, from, to_folder, to, how);
}

int unlinkat(int folder, const char* path, int how) noexcept {
  static auto* const next = real<int(int, const char*, int)>("unlinkat");
  return strikes("unlinkat") ? -1 : next(folder, path, how);
}

}  // extern "C"
