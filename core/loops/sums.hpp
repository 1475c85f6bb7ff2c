// Sums whose error does not grow with the number of their terms. Every sum of the library that may
// have many terms is made of these.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include "engram/core/loops/nest.hpp"

namespace engram {

/// N sums side by side, kept to twice the digits of T: as doubles for float, and for double as the
/// sum and what its roundings lost.
///
/// Accuracy: one rounding of the exact sum, and n u² Σ|x| beside it for float, (n u)² Σ|x| for
/// double, with u the unit roundoff of double.
/// Source:   T. Ogita, S. M. Rump and S. Oishi (2005), "Accurate sum and dot product", Sum2
template <class T, std::size_t N>
class Totals {
  static_assert((N & (N - 1)) == 0, "halved again and again");

 public:
  /// Adds x[k] to total `begin` + k, for `count` numbers of T, or products of two in double.
  template <class X>
  [[gnu::always_inline]] void add(const X* x, Index begin, Index count) {
    for (Index k = 0; k < count; ++k) add_one(static_cast<std::size_t>(begin + k), x[k]);
  }
  /// Adds `count` numbers to the totals, whichever: for those who want `sum()`.
  template <class X>
  [[gnu::always_inline]] void spread(const X* x, Index count) {
    constexpr auto n = static_cast<Index>(N);
    for (; count >= n; x += n, count -= n) {
      for (std::size_t k = 0; k < N; ++k) add_one(k, x[k]);
    }
    add(x, 0, count);
  }

  /// Total k, rounded once.
  double operator[](Index k) const {
    const auto at = static_cast<std::size_t>(k);
    if constexpr (kPairs) {
      // What an infinite sum lost is no number.
      return std::isfinite(lost_[at]) ? sum_[at] + lost_[at] : sum_[at];
    } else {
      return sum_[at];
    }
  }
  /// The sum of all totals, rounded once.
  double sum() const {
    Totals halves = *this;
    for (std::size_t half = N / 2; half > 0; half /= 2) {
      for (std::size_t k = 0; k < half; ++k) {
        if constexpr (kPairs) {
          halves.lost_[k] += halves.lost_[k + half];
          halves.add_one(k, halves.sum_[k + half]);
        } else {
          halves.sum_[k] += halves.sum_[k + half];
        }
      }
    }
    return halves[0];
  }
  /// Makes the first `count` totals 0 again.
  void clear(Index count) {
    std::fill_n(sum_.begin(), count, 0.0);
    if constexpr (kPairs) std::fill_n(lost_.begin(), count, 0.0);
  }

 private:
  static constexpr bool kPairs = std::is_same_v<T, double>;

  [[gnu::always_inline]] void add_one(std::size_t k, double x) {
    if constexpr (kPairs) {
      const double before = sum_[k], sum = before + x, added = sum - before;
      lost_[k] += (before - (sum - added)) + (x - added);
      sum_[k] = sum;
    } else {
      sum_[k] += x;
    }
  }

  std::array<double, N> sum_{};
  std::array<double, kPairs ? N : 0> lost_{};
};

/// What a sum over some axes of N arrays, read as of shape `over`, comes down to: for each element
/// that is kept, the rows of elements that are added up to it.
template <std::size_t N>
class SumNest {
 public:
  /// The arrays' elements lie `from` apart along `over`; the sums are of `shape`, which broadcasts
  /// to `over`, and lie `to` apart.
  [[gnu::noinline]] SumNest(const Shape& over, const std::array<Strides, N>& from,
                            const Shape& shape, const Strides& to)
      : SumNest(split(over, from, shape, to)) {}

  /// `row(at, step, begin, count, take)` must call `take(i, values, n)` for pieces of its `count`
  /// elements from `begin` on: the pieces' places among them, numbers and lengths. `at` has the
  /// offsets of the arrays' first elements, which lie `step` apart. Then `put(offset, step, sums,
  /// n)` is called for every n sums that lie `step` apart.
  template <class T, class Row, class Put>
  void each(const Row& row, const Put& put) const {
    if (sums_runs_) {
      along<T>(row, put);
    } else {
      across<T>(row, put);
    }
  }

 private:
  using At = std::array<Index, N>;
  static constexpr Index kTile = 512;

  SumNest(const Nest<N + 1>& kept, const Nest<N>& summed, bool sums_runs)
      : kept_(kept), summed_(summed), sums_runs_(sums_runs) {}

  static SumNest split(const Shape& over, const std::array<Strides, N>& from, const Shape& shape,
                       const Strides& to) {
    Shape kept = over, summed = over;
    bool sums_runs = false;
    const int fresh = over.rank() - shape.rank();
    for (int k = 0; k < over.rank(); ++k) {
      if (over[k] == 1) continue;
      sums_runs = k < fresh || shape[k - fresh] == 1;
      Shape& without = sums_runs ? kept : summed;
      without = without.with(k, 1);
    }
    std::array<Strides, N + 1> all;
    std::copy(from.begin(), from.end(), all.begin());
    all[N] = broadcast_strides(shape, to, over);
    return {Nest<N + 1>(kept, all), Nest<N>(summed, from), sums_runs};
  }

  static At moved(const At& from, const auto& by, Index count) {
    At out;
    for (std::size_t n = 0; n < N; ++n) out[n] = from[n] + by[n] * count;
    return out;
  }
  static At first(const auto& at) {
    At out;
    std::copy_n(at.begin(), N, out.begin());
    return out;
  }

  // The elements of a run are added up.
  template <class T, class Row, class Put>
  void along(const Row& row, const Put& put) const {
    const Index n = summed_.run_length();
    kept_.each([&](const std::array<Index, N + 1>& at) {
      for (Index j = 0; j < kept_.run_length(); ++j) {
        const At begin = moved(first(at), kept_.step(), j);
        Totals<T, 64 / sizeof(T)> totals;
        summed_.each([&](const At& more) {
          row(moved(begin, more, 1), summed_.step(), 0, n,
              [&](Index, const auto* values, Index count) { totals.spread(values, count); });
        });
        const double sum = totals.sum();
        put(at[N] + j * kept_.step()[N], 0, &sum, 1);
      }
    });
  }

  // Runs are added up, a piece of them at a time, whose sums stay in the cache.
  template <class T, class Row, class Put>
  void across(const Row& row, const Put& put) const {
    const Index n = kept_.run_length();
    const At step = first(kept_.step());
    Totals<T, kTile> totals;
    std::array<double, kTile> sums;
    kept_.each([&](const std::array<Index, N + 1>& at) {
      for (Index begin = 0; begin < n; begin += kTile) {
        const Index count = (std::min)(kTile, n - begin);
        totals.clear(count);
        summed_.each([&](const At& more) {
          const At from = moved(first(at), more, 1);
          for (Index q = 0; q < summed_.run_length(); ++q) {
            row(moved(from, summed_.step(), q), step, begin, count,
                [&](Index i, const auto* values, Index m) { totals.add(values, i, m); });
          }
        });
        for (Index k = 0; k < count; ++k) sums[static_cast<std::size_t>(k)] = totals[k];
        put(at[N] + begin * kept_.step()[N], kept_.step()[N], sums.data(), count);
      }
    });
  }

  Nest<N + 1> kept_;
  Nest<N> summed_;
  bool sums_runs_;
};

}  // namespace engram
