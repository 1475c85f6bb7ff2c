// A library to be loaded before a program (LD_PRELOAD) in which one call of the system fails, once.
//
//   FAULT_UNDER  only calls about files below this folder, or about itself, count
//   FAULT_AT     the number of the call that fails, from 1; 0: none
//   FAULT_ERROR  the errno it fails with; 0: a write that writes only half
//   FAULT_LOG    a file outside of that folder: gets a line "NUMBER CALL PATH" for each
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The function of the C library that is called so.
template <class F>
F* original(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

std::string path_of(int file) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  static auto* const call = original<ssize_t(const char*, char*, std::size_t)>("readlink");
  const ssize_t size = call(link.c_str(), path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "";
}

std::string path_at(int folder, const char* path) {
  if (path[0] == '/' || folder == AT_FDCWD) return path;
  return path_of(folder) + "/" + path;
}

void log(int number, const char* call, const std::string& path) {
  static const std::string file = variable("FAULT_LOG");
  if (file.empty()) return;
  const std::string line = std::to_string(number) + " " + call + " " + path + "\n";
  static auto* const open_file = original<int(const char*, int, ...)>("open");
  static auto* const write_file = original<ssize_t(int, const void*, std::size_t)>("write");
  static const int out = open_file(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  static_cast<void>(write_file(out, line.data(), line.size()));
}

struct Fault {
  bool here = false;
  int error = 0;
};

// Whether this call is the one that fails.
Fault fault(const char* call, const std::string& path) {
  static const std::string under = variable("FAULT_UNDER");
  static const int at = std::atoi(variable("FAULT_AT").c_str());
  static const int error = std::atoi(variable("FAULT_ERROR").c_str());
  static std::atomic<int> calls{0};
  if (under.empty() || path.compare(0, under.size(), under) != 0) return {};
  const int before = errno;
  const int number = ++calls;
  log(number, call, path);
  errno = before;
  return {number == at, error};
}

// Of a call that has no half: it fails, with EIO where half a write is asked for.
bool fails(const char* call, const std::string& path) {
  const Fault found = fault(call, path);
  if (found.here) errno = found.error ? found.error : EIO;
  return found.here;
}

template <class... Arguments>
int open_file(const char* name, const std::string& path, Arguments... arguments) {
  return fails("open", path) ? -1 : original<int(Arguments...)>(name)(arguments...);
}

mode_t mode_in(int flags, va_list more) {
  return flags & (O_CREAT | O_TMPFILE) ? static_cast<mode_t>(va_arg(more, int)) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return open_file("open", path_at(AT_FDCWD, path), path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return open_file("open64", path_at(AT_FDCWD, path), path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return open_file("openat", path_at(folder, path), folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return open_file("openat64", path_at(folder, path), folder, path, flags, mode);
}

ssize_t write(int file, const void* bytes, std::size_t size) {
  static auto* const call = original<ssize_t(int, const void*, std::size_t)>("write");
  const Fault found = fault("write", path_of(file));
  if (found.here && found.error == 0 && size > 1) return call(file, bytes, size / 2);
  if (!found.here) return call(file, bytes, size);
  errno = found.error ? found.error : EIO;
  return -1;
}

ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t at) {
  if (fails("pwrite", path_of(file))) return -1;
  return original<ssize_t(int, const void*, std::size_t, off_t)>("pwrite")(file, bytes, size, at);
}

ssize_t read(int file, void* bytes, std::size_t size) {
  if (fails("read", path_of(file))) return -1;
  return original<ssize_t(int, void*, std::size_t)>("read")(file, bytes, size);
}

ssize_t pread(int file, void* bytes, std::size_t size, off_t at) {
  if (fails("pread", path_of(file))) return -1;
  return original<ssize_t(int, void*, std::size_t, off_t)>("pread")(file, bytes, size, at);
}

ssize_t readlink(const char* path, char* into, std::size_t size) noexcept {
  if (fails("readlink", path)) return -1;
  return original<ssize_t(const char*, char*, std::size_t)>("readlink")(path, into, size);
}

// As after a real failure, the number is free.
int close(int file) {
  static auto* const call = original<int(int)>("close");
  const bool fail = fails("close", path_of(file));
  const int error = errno, result = call(file);
  if (fail) errno = error;
  return fail ? -1 : result;
}

int fsync(int file) {
  return fails("fsync", path_of(file)) ? -1 : original<int(int)>("fsync")(file);
}

int fdatasync(int file) {
  return fails("fdatasync", path_of(file)) ? -1 : original<int(int)>("fdatasync")(file);
}

int fchmod(int file, mode_t mode) noexcept {
  return fails("fchmod", path_of(file)) ? -1 : original<int(int, mode_t)>("fchmod")(file, mode);
}

int ftruncate(int file, off_t size) noexcept {
  return fails("ftruncate", path_of(file)) ? -1
                                           : original<int(int, off_t)>("ftruncate")(file, size);
}

int flock(int file, int how) noexcept {
  return fails("flock", path_of(file)) ? -1 : original<int(int, int)>("flock")(file, how);
}

int fstat(int file, struct stat* status) noexcept {
  return fails("fstat", path_of(file)) ? -1
                                       : original<int(int, struct stat*)>("fstat")(file, status);
}

int stat(const char* path, struct stat* status) noexcept {
  return fails("stat", path) ? -1 : original<int(const char*, struct stat*)>("stat")(path, status);
}

int rename(const char* from, const char* to) noexcept {
  return fails("rename", to) ? -1 : original<int(const char*, const char*)>("rename")(from, to);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  if (fails("renameat", path_at(to_folder, to))) return -1;
  return original<int(int, const char*, int, const char*)>("renameat")(from_folder, from, to_folder,
                                                                       to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned how) noexcept {
  if (fails("renameat2", path_at(to_folder, to))) return -1;
  return original<int(int, const char*, int, const char*, unsigned)>("renameat2")(
      from_folder, from, to_folder, to, how);
}

int link(const char* from, const char* to) noexcept {
  return fails("link", to) ? -1 : original<int(const char*, const char*)>("link")(from, to);
}

int unlink(const char* path) noexcept {
  return fails("unlink", path) ? -1 : original<int(const char*)>("unlink")(path);
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  if (fails("unlinkat", path_at(folder, path))) return -1;
  return original<int(int, const char*, int)>("unlinkat")(folder, path, flags);
}

int mkdir(const char* path, mode_t mode) noexcept {
  return fails("mkdir", path) ? -1 : original<int(const char*, mode_t)>("mkdir")(path, mode);
}

}  // extern "C"
