// What softmax, logsumexp and the cross-entropies share: exp(x - m) and its sum, m the largest x.
//
// The sum is never taken back into the exponent: exp(x - (m + ln Σ)) loses the digits that m has
// before the point, while exp(x - m) / Σ is as good for any m.
// Source: P. Blanchard, D. Higham and N. Higham (2021), "Accurately computing the log-sum-exp and
// softmax functions"
#pragma once

#include <cmath>
#include <limits>

#include "engram/ops/reductions/reduce_kernels.hpp"

namespace engram {

struct Axes;

namespace kernels {

/// ln Σ exp x = shift + ln sum, and softmax x = exp(x - shift) / sum.
template <class T>
class Normalizer {
 public:
  T shift = -std::numeric_limits<T>::infinity();  ///< the largest x, or 0 where all are -inf
  double sum = 0;                                 ///< Σ exp(x - shift)

  /// Of x whose largest is `largest`: exp(x - inf) is 0 for all but an infinite x, and -inf - -inf
  /// is no number.
  static T shift_of(T largest) { return std::isfinite(largest) ? largest : T{0}; }
  /// `sum` was taken with `shift_of(largest)`.
  static Normalizer of(T largest, double sum) {
    if (std::isinf(sum)) return {largest, 1};
    return {shift_of(largest), sum};
  }
  /// Of x alone.
  static Normalizer of_one(T x) {
    return {x, x == -std::numeric_limits<T>::infinity() ? 0.0 : 1.0};
  }
  double log() const { return static_cast<double>(shift) + std::log(sum); }
  /// Σ exp x as a part of another that it belongs to; nothing is all of nothing.
  double share_of(const Normalizer& whole) const {
    return whole.sum == 0 ? 1 : sum == 0 ? 0 : from(whole.shift) / whole.sum;
  }
  /// That of these x and others together.
  void join(const Normalizer& other) {
    if (other.sum == 0) return;
    if (sum == 0) return static_cast<void>(*this = other);
    const T high = other.shift > shift ? other.shift : shift;
    const double total = from(high) + other.from(high);
    *this = {high, std::isinf(high) && !std::isnan(total) ? 1 : total};
  }

 private:
  // Σ exp(x - high); inf - inf is no number.
  double from(T high) const {
    return shift == high ? sum : sum * std::exp(static_cast<double>(shift) - high);
  }
};

/// y = exp(x - shift), for n numbers that lie together; the sum.
template <class T>
double exp_of_row(const T* x, Index n, T shift, T* y) {
  constexpr Index kPiece = 64;
  std::array<T, kPiece> piece;
  const Operand<T> row(x, 1);
  const Batch<T> shifts(shift);
  Totals<T, 64 / sizeof(T)> totals;
  for (Index i = 0; i < n; i += kPiece) {
    const Index end = (std::min)(kPiece, n - i);
    T* to = y ? y + i : piece.data();
    for (Index k = 0; k < end; k += kLanes<T>) {
      const Index count = (std::min)(kLanes<T>, end - k);
      store<T>(exp(row.load(i + k, count) - shifts), to + k, count);
    }
    totals.spread(to, end);
  }
  return totals.sum();
}

template <class T>
T max_of_row(const T* x, Index n) {
  const Operand<T> row(x, 1);
  Batch<T> largest(-std::numeric_limits<T>::infinity());
  for (Index i = 0; i < n; i += kLanes<T>) {
    largest = (xsimd::max)(largest, row.load(i, (std::min)(kLanes<T>, n - i)));
  }
  std::array<T, Batch<T>::size> lanes;
  largest.store_unaligned(lanes.data());
  return *std::max_element(lanes.begin(), lanes.end());
}

/// The normalizer of n numbers that lie together. With y, exp(x - shift_of(the largest)) are left
/// there.
template <class T>
Normalizer<T> normalizer_of_row(const T* x, Index n, T* y = nullptr) {
  const T largest = max_of_row(x, n);
  return Normalizer<T>::of(largest, exp_of_row(x, n, Normalizer<T>::shift_of(largest), y));
}

/// y = beta y + scale exp(x - shift), for n numbers that lie together.
template <class T>
void scaled_exp_of_row(const T* x, Index n, T shift, T scale, T beta, T* y) {
  const Operand<T> row(x, 1), before(y, 1);
  const Batch<T> shifts(shift), scales(scale);
  for (Index i = 0; i < n; i += kLanes<T>) {
    const Index count = (std::min)(kLanes<T>, n - i);
    Batch<T> value = scales * exp(row.load(i, count) - shifts);
    if (beta != 0) value += before.load(i, count);
    store<T>(value, y + i, count);
  }
}

/// Many of them: over the axes where a shape has extent 1, or of rows.
template <class T>
class Normalizers {
 public:
  Normalizers() = default;
  /// Of `count` rows, of which nothing is known yet.
  Normalizers(Index count, Pool& pool)
      : shifts_(Array<T>::uninitialized({count}, pool)),
        sums_(Array<double>::uninitialized({count}, pool)) {
    for (Index i = 0; i < count; ++i) set(i, {});
  }
  /// Of x over the axes where `kept` has extent 1.
  Normalizers(const Array<T>& x, const Shape& kept)
      : shifts_(Array<T>::uninitialized(kept, x.pool())),
        sums_(Array<double>::uninitialized(kept, x.pool())) {
    const Index n = x.rank() > 0 ? x.extent(-1) : 0;
    if (n > 1 && kept == x.shape().with(-1, 1)) {
      for (Index i = 0; i < shifts_.size(); ++i) set(i, normalizer_of_row(x.data() + i * n, n));
      return;
    }
    const Array<T> largest = reduce_max(x, kept);
    for (Index i = 0; i < shifts_.size(); ++i) {
      shifts_.edit()[i] = Normalizer<T>::shift_of(largest[i]);
    }
    sum_to([](auto v, auto m) { return exp(v - m); }, x.shape(), kept,
           [sum = sums_.edit()](Index at, double total) { sum[at] = total; }, x, shifts_);
    for (Index i = 0; i < shifts_.size(); ++i) set(i, Normalizer<T>::of(largest[i], sums_[i]));
  }

  Normalizer<T> operator[](Index i) const { return {shifts_[i], sums_[i]}; }
  void set(Index i, const Normalizer<T>& n) {
    shifts_.edit()[i] = n.shift;
    sums_.edit()[i] = n.sum;
  }
  const Array<T>& shifts() const { return shifts_; }
  /// f of each.
  Array<T> map(const auto& f) const {
    Array<T> y = Array<T>::uninitialized(shifts_.shape(), shifts_.pool());
    for (Index i = 0; i < y.size(); ++i) y.edit()[i] = static_cast<T>(f((*this)[i]));
    return y;
  }

 private:
  Array<T> shifts_;
  Array<double> sums_;
};

}  // namespace kernels

/// `softmax` over `axes` together, and 0 where all x are -inf: what logsumexp has as its
/// derivative.
template <class T>
Var<T> softmax_over(const Var<T>& x, const Axes& axes, Site site = Site::current());

}  // namespace engram
