#include "engram/core/random.hpp"

#include <atomic>
#include <cmath>
#include <limits>
#include <numbers>

#include "engram/core/parallel.hpp"

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

template <class T>
Between<T>::Between(T low, T high) : last_(std::nextafter(high, low)) {
  if (!(low < high && std::isfinite(low) && std::isfinite(high))) {
    fail("numbers in [", low, ", ", high, "): need low < high, both finite");
  }
  if (!std::isfinite(static_cast<double>(high) - low)) unit_ = 2;
  low_ = low / unit_;
  width_ = high / unit_ - low_;
}

// Atomic, so that of two parts that draw at once one is refused for certain.
void Random::claim() {
  const Part& now = current_part;
  std::atomic_ref<std::uint64_t> part(part_);
  std::uint64_t before = part.load(std::memory_order_relaxed);
  while (before != now.number) {
    if (before >= now.begin && before < now.end) {
      fail("one Random is drawn from by parts ", before - now.begin, " and ",
           now.number - now.begin, " of ", now.end - now.begin,
           " that run at once, so that who gets which numbers depends on the threads; "
           "give each shard its own, as random.stream(shard)");
    }
    if (part.compare_exchange_weak(before, now.number, std::memory_order_relaxed)) return;
  }
}

std::uint32_t Random::bits() {
  if (current_part.number != 0) claim();
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
  if (n == 0) fail("a whole number below 0: there is none; need n > 0");
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
  const Between<T> number(low, high);
  Array<T> out = Array<T>::uninitialized(shape);
  T* to = out.edit();
  for (Index i = 0; i < out.size(); ++i) to[i] = number(uniform());
  return out;
}

template <class T>
Array<T> Random::normal(const Shape& shape, T mean, T deviation) {
  constexpr double kFurthest = 9;  // √(-2 ln 2⁻⁵³) is 8.57
  if (!(deviation >= 0 && std::abs(static_cast<double>(mean)) + kFurthest * deviation <=
                              static_cast<double>(std::numeric_limits<T>::max()))) {
    fail("normal numbers of mean ", mean, " and deviation ", deviation,
         ": need a deviation of 0 or more, and |mean| + 9 deviation within the type's range");
  }
  Array<T> out = Array<T>::uninitialized(shape);
  T* to = out.edit();
  for (Index i = 0; i < out.size(); ++i) to[i] = static_cast<T>(mean + deviation * normal());
  return out;
}

template class Between<float>;
template class Between<double>;
template Array<float> Random::uniform(const Shape&, float, float);
template Array<double> Random::uniform(const Shape&, double, double);
template Array<float> Random::normal(const Shape&, float, float);
template Array<double> Random::normal(const Shape&, double, double);

}  // namespace engram
