// Random: numbers that depend on a seed, a stream and a position, and on nothing else.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "engram/core/array.hpp"

namespace engram {

/// Philox4x32-10: four random words for a key of 64 bits and a counter of 128, given as its low and
/// its high half (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
/// 2011).
std::array<std::uint32_t, 4> philox(std::uint64_t key, std::uint64_t low, std::uint64_t high);

/// The number in [low, high) that a draw u in [0, 1) stands for: low + (high - low) u, which
/// rounding never brings to `high`, whatever the two are.
template <class T>
class Between {
 public:
  /// Throws `Error` unless low < high, both finite.
  Between(T low, T high);
  T operator()(double u) const {
    return (std::min)(static_cast<T>(unit_ * (low_ + width_ * u)), last_);
  }

 private:
  double unit_ = 1, low_, width_;  ///< width and low in units: of 2 where high - low overflows
  T last_;                         ///< the largest number below high
};

/// A generator that counts: the seed is Philox's key, the stream the high half of its counter, and
/// a quarter of the position the low one. Its whole state is three numbers, so it can be saved
/// and put back; streams of one seed are independent, so that a result does not depend on which
/// thread drew first. One generator drawn from by several parts of a `Workers::each`, as shards
/// are, would make it depend on that (and race): the second part to draw throws an `Error`.
class Random {
 public:
  explicit Random(std::uint64_t seed = 0, std::uint64_t stream = 0)
      : seed_(seed), stream_(stream) {}

  /// Another stream of the same seed, for a shard, a layer or an epoch.
  Random stream(std::uint64_t number) const { return Random(seed_, number); }

  std::uint64_t seed() const { return seed_; }
  /// Draws so far. Setting it continues from there.
  std::uint64_t position() const { return position_; }
  void seek(std::uint64_t position) { position_ = position; }

  std::uint32_t bits();  ///< 32 random bits
  double uniform();      ///< in [0, 1), 53 bits
  double normal();       ///< mean 0, variance 1 (Box and Muller, 1958)
  /// A whole number in [0, n), without bias. Throws `Error` for n = 0.
  std::uint64_t below(std::uint64_t n);

  /// Independent draws from [low, high). Throws `Error` unless low < high, both finite.
  template <class T>
  Array<T> uniform(const Shape& shape, T low, T high);
  /// Independent draws. Throws `Error` for a negative deviation, and unless |mean| + 9 deviation
  /// is finite: no draw is further out.
  template <class T>
  Array<T> normal(const Shape& shape, T mean = 0, T deviation = 1);

 private:
  void claim();

  std::uint64_t seed_, stream_, position_ = 0;
  std::uint64_t block_ = ~std::uint64_t{0};  ///< the block of four that `drawn_` holds
  std::array<std::uint32_t, 4> drawn_{};
  std::uint64_t part_ = 0;  ///< the part of a parallel run that drew last
};

}  // namespace engram
