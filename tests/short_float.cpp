// Numbers of 16 bits: all of them, and every border between two.
#include "engram/core/files/short_float.hpp"

#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

namespace engram::testing {
namespace {

// By the definition of IEEE 754: ± fraction * 2^exponent.
template <class Short>
double defined(std::uint16_t bits) {
  const int exponent = (bits & 0x7fff) >> Short::kFraction;
  const int fraction = bits & ((1 << Short::kFraction) - 1);
  const double unit = std::ldexp(1.0, std::max(exponent, 1) - Short::kBias - Short::kFraction);
  const double magnitude = (exponent > 0 ? fraction + (1 << Short::kFraction) : fraction) * unit;
  return bits & 0x8000 ? -magnitude : magnitude;
}

template <class Short>
std::uint16_t nearest(double x) {
  return Short::nearest(x).bits;
}

template <class Short>
void check_all() {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  constexpr std::uint16_t kLargest = Short::kInfinity - 1;
  int wrong = 0;
  for (int k = 0; k < 0x10000; ++k) {
    const auto bits = static_cast<std::uint16_t>(k),
               magnitude = static_cast<std::uint16_t>(k & 0x7fff);
    const auto x = static_cast<double>(static_cast<float>(Short{bits}));
    wrong += std::signbit(x) != (k >= 0x8000);
    if (magnitude > Short::kInfinity) {
      wrong += !std::isnan(x) || nearest<Short>(x) != (bits | 1 << (Short::kFraction - 1));
      continue;
    }
    const double expected =
        magnitude == Short::kInfinity ? std::copysign(kInfinite, x) : defined<Short>(bits);
    wrong +=
        x != expected || nearest<Short>(x) != bits || Short{bits}.is_infinite() != std::isinf(x);
    if (magnitude >= Short::kInfinity) continue;
    // The border to the next number, which is where infinity would be for the largest.
    const double next = defined<Short>(static_cast<std::uint16_t>(bits + 1)),
                 middle = (x + next) / 2;
    const auto even = static_cast<std::uint16_t>(bits + bits % 2);
    wrong += nearest<Short>(middle) != even;
    wrong += nearest<Short>(std::nextafter(middle, x)) != bits;
    wrong += nearest<Short>(std::nextafter(middle, next)) != bits + 1;
  }
  BOOST_TEST(wrong == 0);
  BOOST_TEST(nearest<Short>(std::numeric_limits<double>::max()) == Short::kInfinity);
  BOOST_TEST(nearest<Short>(-1e300) == (0x8000 | Short::kInfinity));
  BOOST_TEST(nearest<Short>(std::numeric_limits<double>::denorm_min()) == 0);
  BOOST_TEST(nearest<Short>(-1e-300) == 0x8000);
  BOOST_TEST(static_cast<float>(Short{kLargest}) == static_cast<float>(defined<Short>(kLargest)));
  // A payload that does not fit is still no infinity.
  const double low = std::bit_cast<double>(std::uint64_t{0xfff0000000000001});
  BOOST_TEST(nearest<Short>(low) == (0x8000 | Short::kInfinity | 1 << (Short::kFraction - 1)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(short_float)

BOOST_AUTO_TEST_CASE(float16) {
  check_all<files::Float16>();
  BOOST_TEST(nearest<files::Float16>(65519.99) == 0x7bff);
  BOOST_TEST(nearest<files::Float16>(65520) == 0x7c00);
  BOOST_TEST(nearest<files::Float16>(0x1p-25) == 0);  // half the smallest, and 0 is even
  // In one rounding: by way of a float it would be on the border, and go up.
  BOOST_TEST(nearest<files::Float16>(1 + 0x3p-11 - 0x1p-40) == 0x3c01);
}

BOOST_AUTO_TEST_CASE(bfloat16) {
  check_all<files::Bfloat16>();
  BOOST_TEST(nearest<files::Bfloat16>(1 + 0x3p-8 - 0x1p-40) == 0x3f81);
  BOOST_TEST(nearest<files::Bfloat16>(std::numeric_limits<float>::max()) == 0x7f80);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
