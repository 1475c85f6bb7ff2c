#include "engram/core/files/safetensors_dtype.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "engram/core/files/short_float.hpp"

namespace engram::files::safetensors {
namespace {

enum class Bool : std::uint8_t {};

// A number of a file as one that can be computed with, without a loss.
template <class From>
auto plain(From x) {
  if constexpr (std::is_same_v<From, Bool>) {
    return x != Bool{};  // other tools write 0 and 1, and take all but 0 for true
  } else if constexpr (std::is_class_v<From>) {
    return static_cast<float>(x);
  } else {
    return x;
  }
}

template <class T, class From>
bool in_range(From x) {
  if constexpr (std::is_same_v<From, bool>) {
    return true;
  } else if constexpr (std::integral<T>) {
    return std::in_range<T>(x);
  } else {  // what rounds to infinity and is not
    return std::isinf(static_cast<T>(x)) == std::isinf(static_cast<double>(x));
  }
}

template <class From, class T>
void convert_from(std::string_view dtype, std::span<const std::byte> bytes, std::span<T> to) {
  if constexpr (std::integral<T> && (std::floating_point<From> || std::is_class_v<From>)) {
    fail("it is ", dtype, ", which has fractions; whole numbers become ", kName<T>,
         ": ask for float or double, and round");
  } else {
    for (std::size_t i = 0; i < to.size(); ++i) {
      From stored;  // not aligned in `bytes`
      std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
      const auto x = plain(stored);
      if (!in_range<T>(x)) {
        fail("element ", i, " is ", +x, " (", dtype, "), beyond the range of ", kName<T>,
             std::is_same_v<T, double> ? "" : ": ask for double");
      }
      to[i] = static_cast<T>(x);
    }
  }
}

template <class T>
struct Conversion {
  std::string_view dtype;
  void (*run)(std::string_view, std::span<const std::byte>, std::span<T>);
};

template <class T>
constexpr std::array<Conversion<T>, 13> kConversions{{
    {"F64", convert_from<double>},
    {"F32", convert_from<float>},
    {"F16", convert_from<Float16>},
    {"BF16", convert_from<Bfloat16>},
    {"I64", convert_from<std::int64_t>},
    {"I32", convert_from<std::int32_t>},
    {"I16", convert_from<std::int16_t>},
    {"I8", convert_from<std::int8_t>},
    {"U64", convert_from<std::uint64_t>},
    {"U32", convert_from<std::uint32_t>},
    {"U16", convert_from<std::uint16_t>},
    {"U8", convert_from<std::uint8_t>},
    {"BOOL", convert_from<Bool>},
}};

}  // namespace

std::size_t place_of(std::string_view name) {
  return static_cast<std::size_t>(
      std::find_if(kDtypes.begin(), kDtypes.end(), [&](const Dtype& d) { return d.name == name; }) -
      kDtypes.begin());
}

template <class T>
void convert(std::string_view dtype, std::span<const std::byte> bytes, std::span<T> to) {
  for (const auto& conversion : kConversions<T>) {
    if (conversion.dtype == dtype) return conversion.run(dtype, bytes, to);
  }
  std::string names;
  for (const auto& conversion : kConversions<T>) names += text(" ", conversion.dtype);
  fail("it is ", dtype, ", which no array has; these become numbers:", names);
}

template void convert(std::string_view, std::span<const std::byte>, std::span<float>);
template void convert(std::string_view, std::span<const std::byte>, std::span<double>);
template void convert(std::string_view, std::span<const std::byte>, std::span<std::int32_t>);

}  // namespace engram::files::safetensors
