// The dtypes of safetensors files: what they are called, and their numbers. Internal: users call
// `Tensors::as`.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "engram/core/array.hpp"

namespace engram::files::safetensors {

struct Dtype {
  std::string_view name;
  int bits;  ///< of a number
};

/// Those of safetensors 0.8, in the order in which its files have them: the wider one first, so
/// that every tensor is aligned to its numbers.
inline constexpr std::array<Dtype, 22> kDtypes{{
    {"U64", 64},    {"I64", 64},        {"F64", 64},        {"C64", 64},    {"F32", 32},
    {"U32", 32},    {"I32", 32},        {"BF16", 16},       {"F16", 16},    {"U16", 16},
    {"I16", 16},    {"F8_E5M2FNUZ", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E8M0", 8}, {"F8_E4M3", 8},
    {"F8_E5M2", 8}, {"I8", 8},          {"U8", 8},          {"F6_E3M2", 6}, {"F6_E2M3", 6},
    {"F4", 4},      {"BOOL", 8},
}};

/// Where in kDtypes a name stands; their number for one that is not there.
std::size_t place_of(std::string_view name);

/// The dtype in which the numbers of an `Array<T>` are stored as they lie.
template <class T>
inline constexpr std::string_view kName = "I32";
template <>
inline constexpr std::string_view kName<float> = "F32";
template <>
inline constexpr std::string_view kName<double> = "F64";

/// The numbers of `dtype` in `bytes`, as T: floating-point numbers are rounded to the nearest, BOOL
/// is 0 or 1. Throws `Error` naming the first number that is beyond the range of T, for a dtype
/// without a conversion, and for one with fractions where T has none.
template <class T>
void convert(std::string_view dtype, std::span<const std::byte> bytes, std::span<T> to);

}  // namespace engram::files::safetensors
