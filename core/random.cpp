#include "engram/core/random.hpp"

#include <cmath>
#include <numbers>

namespace engram {

// Ten rounds of Philox4x32; the constants are those of the paper, table 2 and section 4.3.
std::array<std::uint32_t, 4> philox(std::uint64_t key, std::uint64_t low, std::uint64_t high) {
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  std::array<std::uint32_t, 4> x{
      static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32),
      static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(high >> 32)};
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * x[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * x[2];
    x = {static_cast<std::uint32_t>(p1 >> 32) ^ x[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ x[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return x;
}

std::uint32_t Random::bits() {
  const std::uint64_t block = position_ / 4;
  if (block != block_) {
    drawn_ = philox(seed_, block, stream_);
    block_ = block;
  }
  return drawn_[position_++ % 4];
}

double Random::uniform() {
  const std::uint64_t high = bits() >> 5, low = bits() >> 6;  // 27 + 26 bits
  return static_cast<double>(high << 26 | low) * 0x1p-53;
}

double Random::normal() {
  const double u = 1 - uniform(), v = uniform();  // u in (0, 1]
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

std::uint64_t Random::below(std::uint64_t n) {
  if (n == 0) fail("Random::below(0): there is no whole number in [0, 0); need 1 or more");
  // Numbers under 2^64 mod n would favour small results: they are drawn again.
  const std::uint64_t unfair = (0 - n) % n;
  while (true) {
    const std::uint64_t high = bits(), low = bits();
    const std::uint64_t draw = high << 32 | low;
    if (draw >= unfair) return draw % n;
  }
}

template <class T>
Array<T> Random::uniform(const Shape& shape, T low, T high) {
  if (!(low <= high) || !std::isfinite(static_cast<double>(high) - low)) {
    fail("Random::uniform of low ", low, " and high ", high,
         "; need finite numbers, low <= high, and a finite difference");
  }
  Array<T> out = Array<T>::uninitialized(shape);
  T* to = out.edit();
  for (Index i = 0; i < out.size(); ++i) {
    to[i] = static_cast<T>(low + (static_cast<double>(high) - low) * uniform());
  }
  return out;
}

template <class T>
Array<T> Random::normal(const Shape& shape, T mean, T deviation) {
  if (!std::isfinite(mean) || !(deviation >= 0) || !std::isfinite(deviation)) {
    fail("Random::normal of mean ", mean, " and deviation ", deviation,
         "; need finite numbers, and a deviation of 0 or more");
  }
  Array<T> out = Array<T>::uninitialized(shape);
  T* to = out.edit();
  for (Index i = 0; i < out.size(); ++i) to[i] = static_cast<T>(mean + deviation * normal());
  return out;
}

template Array<float> Random::uniform(const Shape&, float, float);
template Array<double> Random::uniform(const Shape&, double, double);
template Array<float> Random::normal(const Shape&, float, float);
template Array<double> Random::normal(const Shape&, double, double);

}  // namespace engram
