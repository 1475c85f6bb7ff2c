// How fast the machine reads: no program that needs so many numbers takes less time.
#include <array>
#include <numeric>

#include "engram/core/array.hpp"
#include "engram/core/loops/simd.hpp"
#include "engram/core/parallel.hpp"
#include "engram/tests/bench/bench.hpp"

namespace engram::bench {
namespace {

using Batch = xsimd::batch<float>;
constexpr Index kWidth = static_cast<Index>(Batch::size);
constexpr Index kSums = 8;  // so many at once that no addition waits for the one before

// Adds up x, again and again. The sums go on from one pass to the next, so that none can be left
// out. x.size() is a multiple of kSums * kWidth.
float read(const Array<float>& x, Index passes) {
  std::array<Batch, kSums> sums;
  sums.fill(Batch(0.F));
  for (Index pass = 0; pass < passes; ++pass) {
    for (Index i = 0; i < x.size(); i += kSums * kWidth) {
      for (Index k = 0; k < kSums; ++k) {
        sums[static_cast<std::size_t>(k)] += Batch::load_aligned(x.data() + i + k * kWidth);
      }
    }
  }
  Batch total = sums[0];
  for (std::size_t k = 1; k < sums.size(); ++k) total += sums[k];
  std::array<float, Batch::size> out;
  total.store_unaligned(out.data());
  return std::accumulate(out.begin(), out.end(), 0.F);
}

}  // namespace

double seconds_to_read(Index count, int threads) {
  constexpr Index kChunk = kSums * kWidth;
  const Index chunks = (count + threads * kChunk - 1) / (threads * kChunk);  // of each thread
  // Each measurement reads 256 MB a thread: starting and joining the threads does not show.
  const Index passes = 1 + (Index{1} << 26) / (chunks * kChunk);
  std::vector<Array<float>> parts;
  for (int k = 0; k < threads; ++k) parts.emplace_back(Shape{chunks * kChunk});
  std::vector<float> sums(parts.size());
  const Workers workers(threads);
  const auto seconds = times(0.3, 1, [&] {
    workers.each(threads, [&](Index part) {
      const auto at = static_cast<std::size_t>(part);
      sums[at] = read(parts[at], passes);
    });
  });
  return quantile(seconds, 0.5) / static_cast<double>(passes);
}

}  // namespace engram::bench
