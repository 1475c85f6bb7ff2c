// Reading safetensors.
#include <algorithm>
#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engram/core/files/safetensors_dtype.hpp"
#include "engram/core/files/safetensors_header.hpp"
#include "engram/core/safetensors.hpp"

namespace engram::files {
namespace {

namespace fs = std::filesystem;
using safetensors::Entry;
using safetensors::Header;
using safetensors::kName;

[[noreturn]] void fail_with(int error) { throw std::system_error(error, std::generic_category()); }

// A regular file, from its beginning on.
class Input {
 public:
  // A FIFO is not waited for: it is refused.
  explicit Input(const fs::path& path) {
    while ((file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0) {
      if (errno != EINTR) fail_with(errno);
    }
    struct stat status {};
    const int error = fstat(file_, &status) == 0 ? 0 : errno;
    if (error == 0 && S_ISREG(status.st_mode)) {
      size_ = static_cast<std::uint64_t>(status.st_size);
      return;
    }
    close(file_);
    if (error != 0 || S_ISDIR(status.st_mode)) fail_with(error != 0 ? error : EISDIR);
    fail("it is no regular file");
  }
  ~Input() { close(file_); }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  std::uint64_t size() const { return size_; }

  void read(std::uint64_t at, void* to, std::uint64_t bytes) const {
    while (bytes > 0) {
      const ssize_t count = pread(file_, to, bytes, static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail_with(errno);
      if (count == 0) fail("it ends early: somebody has cut it since it was opened");
      to = static_cast<std::byte*>(to) + count;
      at += static_cast<std::uint64_t>(count);
      bytes -= static_cast<std::uint64_t>(count);
    }
  }

 private:
  int file_ = -1;
  std::uint64_t size_ = 0;
};

// None when no array has it.
std::optional<Shape> shape_for_array(const Entry& e) {
  try {
    return safetensors::shape_of(e.shape);
  } catch (const Error&) {
    return {};
  }
}

template <class T>
Tensor array_of(const Shape& shape, const Input& file, std::uint64_t at, std::uint64_t bytes) {
  Array<T> out = Array<T>::uninitialized(shape);
  file.read(at, out.edit(), bytes);
  return out;
}

Tensor tensor_of(const Input& file, std::uint64_t data, Entry& e) {
  const std::uint64_t at = data + e.begin, size = e.end - e.begin;
  if (const auto shape = shape_for_array(e)) {
    if (e.dtype == kName<float>) return array_of<float>(*shape, file, at, size);
    if (e.dtype == kName<double>) return array_of<double>(*shape, file, at, size);
    if (e.dtype == kName<std::int32_t>) return array_of<std::int32_t>(*shape, file, at, size);
  }
  auto bytes = std::make_shared<std::vector<std::byte>>(size);
  file.read(at, bytes->data(), size);
  return Stored{std::move(e.dtype), std::move(e.shape), std::move(bytes)};
}

Header header_of(const Input& file, std::uint64_t& data) {
  std::uint64_t length = 0;
  if (file.size() < sizeof length) fail("no safetensors file: it has only ", file.size(), " bytes");
  file.read(0, &length, sizeof length);
  const std::uint64_t most = std::min(file.size() - sizeof length, safetensors::kMaxHeader);
  if (length > most) {
    fail("no safetensors file, or cut off: it has ", file.size(),
         " bytes and speaks of a header of ", length, " (at most ", most, ")");
  }
  std::string text(length, '\0');
  file.read(sizeof length, text.data(), length);
  data = sizeof length + length;
  return safetensors::parsed(text, file.size() - data);
}

Tensors read_file(const Input& file, const Wanted& wanted) {
  std::uint64_t data = 0;
  Header header = header_of(file, data);
  Tensors out{std::move(header.metadata), {}, {}};
  for (Entry& e : header.entries) {
    if (!wanted(e.name)) {
      out.not_read.push_back(std::move(e.name));
      continue;
    }
    try {
      Tensor tensor = tensor_of(file, data, e);
      out.tensors.emplace(std::move(e.name), std::move(tensor));
    } catch (const std::bad_alloc&) {
      fail("there is not enough memory for the ", e.end - e.begin, " bytes of tensor ",
           safetensors::shown(e.name));
    }
  }
  return out;
}

}  // namespace

Tensors load(const fs::path& path) {
  return load(path, [](const std::string&) { return true; });
}

Tensors load(const fs::path& path, const Wanted& wanted) try {
  return read_file(Input(path), wanted);
} catch (const std::system_error& error) {
  fail("cannot read ", path.string(), ": ", error.code().message());
} catch (const Error& error) {
  fail("cannot read ", path.string(), ": ", error.what());
}

}  // namespace engram::files
