// What is fuzzed: functions that get any bytes at all, as a program gets files and arguments that
// others wrote. .ci/fuzz makes up bytes, tests/fuzz.cpp runs those of tests/fuzz/corpus again.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engram/core/array.hpp"

namespace engram::fuzz {

using Bytes = std::span<const std::uint8_t>;

/// What may come of bytes: a result, or an `Error` that says what is wrong with them. Anything
/// else, another exception or none that returns, is a finding.
enum class Outcome { result, error };

struct Target {
  const char* name;  ///< and of its folder in tests/fuzz/corpus
  void (*read)(Bytes);
};

/// Those of the library.
std::span<const Target> library_targets();
/// Those of examples/language_model.
std::span<const Target> application_targets();

inline Outcome run(const Target& target, Bytes bytes) {
  try {
    target.read(bytes);
    return Outcome::result;
  } catch (const Error&) {
    return Outcome::error;
  }
}

/// Ends a run with a finding unless `good`.
template <class... Parts>
void require(bool good, const Parts&... parts) {
  if (!good) throw std::logic_error(text(parts...));
}
template <class T>
void require_finite(const Array<T>& x, const char* name) {
  for (const T value : x) require(std::isfinite(value), name, " has a ", value);
}

/// Arguments out of bytes, until they are used up: then zeros.
class Arguments {
 public:
  explicit Arguments(Bytes bytes) : bytes_(bytes) {}

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t out = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return out;
  }
  bool flag() { return (byte() & 1U) != 0; }
  /// In [0, most].
  Index below(Index most) { return byte() % (most + 1); }
  /// `usual`, now and then another.
  Index extent(Index usual) { return byte() < 240 ? usual : below(4); }
  /// Mostly small, sometimes negative or huge.
  std::int32_t integer(std::int32_t usual_most) {
    const std::uint8_t kind = byte();
    if (kind < 224) return kind % (usual_most + 1);
    constexpr std::int32_t kOdd[]{-1, -2, INT32_MAX, INT32_MIN, 255, 65536, -100, 7};
    return kOdd[kind % 8];
  }
  Indices integers(const Shape& shape, std::int32_t usual_most) {
    Indices out(shape);
    for (Index k = 0; k < out.size(); ++k) out.edit()[k] = integer(usual_most);
    return out;
  }
  /// Zero, small, and large numbers of both signs; none that is not finite.
  float number() {
    const std::uint8_t kind = byte();
    const float size = static_cast<float>(kind & 31U);
    constexpr float kScale[]{0.125f, -0.125f, 1, -1, 1e-20f, 1e4f, -1e4f, -1e20f};
    return size * kScale[kind >> 5U];
  }
  Array<float> numbers(const Shape& shape) {
    Array<float> out(shape);
    for (Index k = 0; k < out.size(); ++k) out.edit()[k] = number();
    return out;
  }
  /// Everything up to a zero byte.
  std::string_view word() {
    std::size_t length = 0;
    while (length < bytes_.size() && bytes_[length] != 0) ++length;
    const std::string_view out(reinterpret_cast<const char*>(bytes_.data()), length);
    bytes_ = bytes_.subspan(length + (length < bytes_.size() ? 1 : 0));
    return out;
  }
  Bytes rest() const { return bytes_; }

 private:
  Bytes bytes_;
};

/// A file with these bytes, that goes with the object; the next one of a process takes its place.
class File {
 public:
  explicit File(Bytes bytes, const std::string& ending = "");
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace engram::fuzz
