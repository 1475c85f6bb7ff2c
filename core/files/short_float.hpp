// Floating-point numbers of 16 bits, as files hold them: F16 (IEEE 754-2019, binary16) and BF16
// (the upper half of a float). They are kept and converted; nothing is computed in them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace engram::files {

/// One bit of sign, `Exponent` bits of exponent, the rest the fraction.
template <int Exponent>
struct ShortFloat {
  static constexpr int kFraction = 15 - Exponent;
  static constexpr int kBias = (1 << (Exponent - 1)) - 1;
  static constexpr std::uint16_t kInfinity = ((1 << Exponent) - 1) << kFraction;

  std::uint16_t bits = 0;

  bool is_infinite() const { return (bits & 0x7fff) == kInfinity; }

  /// The same number: every ShortFloat is a float. NaN stays NaN, with its sign.
  explicit operator float() const {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
    std::uint32_t magnitude = bits & 0x7fff;
    // The fraction where a float has it; what is left is the difference of the biases.
    if (Exponent < 8 && magnitude >= kInfinity) {
      magnitude = (magnitude << (23 - kFraction)) | 0x7f800000;
    } else if (Exponent < 8 && magnitude < 1 << kFraction) {  // 0 and subnormal numbers
      const auto value = static_cast<float>(magnitude) / static_cast<float>(kSubnormals);
      magnitude = std::bit_cast<std::uint32_t>(value);
    } else {
      magnitude = (magnitude << (23 - kFraction)) + (static_cast<std::uint32_t>(127 - kBias) << 23);
    }
    return std::bit_cast<float>(sign | magnitude);
  }

  /// The nearest to `x`, of two equally near ones the even one, in one rounding; infinity from half
  /// a unit beyond the largest number on. NaN stays NaN, with its sign and the upper bits of its
  /// payload.
  static ShortFloat nearest(double x) {
    const auto all = std::bit_cast<std::uint64_t>(x);
    const auto sign = static_cast<std::uint16_t>(all >> 48 & 0x8000);
    const int exponent = static_cast<int>(all >> 52 & 0x7ff) - 1023;
    const std::uint64_t fraction = all & ((std::uint64_t{1} << 52) - 1);
    if (exponent == 1024 && fraction != 0) {  // NaN; quiet, so that the fraction is not 0
      const auto payload = static_cast<std::uint16_t>(fraction >> (52 - kFraction));
      return {static_cast<std::uint16_t>(sign | kInfinity | 1 << (kFraction - 1) | payload)};
    }
    if (exponent > kBias) return {static_cast<std::uint16_t>(sign | kInfinity)};
    // In units of the last place, which is that of the smallest normal number for all below it.
    const int below = (std::max)(0, 1 - kBias - exponent);
    const int dropped = 52 - kFraction + below;
    if (dropped > 53) return {sign};  // less than half the smallest number
    const std::uint64_t whole = fraction | std::uint64_t{1} << 52;
    std::uint64_t units = whole >> dropped;
    const std::uint64_t rest = whole & ((std::uint64_t{1} << dropped) - 1);
    const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
    units += rest > half || (rest == half && units % 2 == 1);
    // The leading one adds itself to the exponent, and a carry makes the next exponent or infinity.
    const std::uint64_t above = below > 0 ? 0 : static_cast<std::uint64_t>(exponent + kBias - 1);
    return {static_cast<std::uint16_t>(sign | ((above << kFraction) + units))};
  }

 private:
  // One over the smallest number. (Only for an exponent that is shorter than a float's.)
  static constexpr double kSubnormals =
      static_cast<double>(std::uint64_t{1} << (Exponent < 8 ? kBias + kFraction - 1 : 0));
};

using Float16 = ShortFloat<5>;
using Bfloat16 = ShortFloat<8>;

}  // namespace engram::files
