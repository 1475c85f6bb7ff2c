// Factors of small matrices, and substitution with them.
//
// These are loops of our own: of the libraries that Engram may be linked with, only OpenBLAS brings
// LAPACK along (a reference BLAS and BLIS do not), LAPACK knows no batches, and for the small
// systems that a model solves it would not be faster. They go in double: a matrix of float with a
// large condition loses in float what its numbers hold.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engram/core/error.hpp"
#include "engram/core/memory/pool.hpp"
#include "engram/core/shape.hpp"

namespace engram::kernels {

/// Whether a pivot is nothing but the rounding of the terms it is the difference of, whose absolute
/// values add up to `terms`: to working precision it is 0 (N. Higham, "Accuracy and stability of
/// numerical algorithms", theorem 9.3). The precision is that of T.
template <class T>
bool is_rounding(double pivot, double terms) {
  return std::isfinite(pivot) && std::abs(pivot) <= std::numeric_limits<T>::epsilon() * terms;
}

/// What was worked out in double, in the precision of its place.
template <class T>
void round_to(const PoolVector<double>& wide, T* to) {
  std::transform(wide.begin(), wide.end(), to, [](double v) { return static_cast<T>(v); });
}

/// P A = L U with partial pivoting, for row-major matrices [n, n] of either precision; the factors
/// are in double.
class LU {
 public:
  LU(Index n, Pool& pool)
      : n_(n),
        a_(static_cast<std::size_t>(n * n), 0.0, PoolAllocator<double>(pool)),
        x_(PoolAllocator<double>(pool)),
        swaps_(static_cast<std::size_t>(n), 0, PoolAllocator<Index>(pool)) {}

  /// Factors the matrix at `a`, or its transpose. Throws `Error`, which gives it the number
  /// `matrix`, when it is singular to the precision of its numbers; NaN goes through.
  template <class T>
  void factor(const T* a, bool transposed, Index matrix) {
    copy(a, transposed);
    for (Index k = 0; k < n_; ++k) {
      const double terms = take_pivot(k), pivot = row(k)[k];
      if (is_rounding<T>(pivot, terms)) {
        fail("matrix ", matrix, " is singular: pivot ", k, " is ", pivot, " where its terms are ",
             terms, "; a system needs independent equations");
      }
      eliminate(k);
    }
  }

  /// det A of the matrix at `a`, which may be singular; nothing on the way to it overflows. Whether
  /// it is singular to the precision of its numbers comes with it.
  template <class T>
  std::pair<double, bool> determinant(const T* a) {
    copy(a, false);
    bool singular = false;
    double mantissa = 1;
    long exponent = 0;
    for (Index k = 0; k < n_; ++k) {
      const double terms = take_pivot(k), pivot = row(k)[k];
      singular = singular || is_rounding<T>(pivot, terms);
      if (pivot == 0) return {0, true};
      int more = 0;
      mantissa *= std::frexp(pivot, &more);
      exponent += more;
      mantissa = std::frexp(mantissa, &more);
      exponent += more;
      eliminate(k);
    }
    constexpr long kMost = 1L << 20;  // far beyond what a number can hold
    const auto shift = static_cast<int>(std::clamp(exponent, -kMost, kMost));
    return {sign_of_swaps() * std::ldexp(mantissa, shift), singular};
  }

  /// The sign of the determinant of the matrix that was factored.
  int sign() const {
    int sign = sign_of_swaps();
    for (Index k = 0; k < n_; ++k) sign *= row(k)[k] < 0 ? -1 : 1;
    return sign;
  }

  /// b = A⁻¹ b, for b [n, count].
  template <class T>
  void solve(T* b, Index count) {
    x_.assign(b, b + n_ * count);
    for (Index k = 0; k < n_; ++k) {
      const Index other = swaps_[static_cast<std::size_t>(k)];
      if (other != k) std::swap_ranges(x(k, count), x(k, count) + count, x(other, count));
    }
    for (Index i = 0; i < n_; ++i) {
      for (Index j = 0; j < i; ++j) subtract(x(i, count), row(i)[j], x(j, count), count);
    }
    for (Index i = n_ - 1; i >= 0; --i) {
      for (Index j = i + 1; j < n_; ++j) subtract(x(i, count), row(i)[j], x(j, count), count);
      for (Index c = 0; c < count; ++c) x(i, count)[c] /= row(i)[i];
    }
    round_to(x_, b);
  }

  /// ln |det A|.
  double log_determinant() const {
    double sum = 0;
    for (Index k = 0; k < n_; ++k) sum += std::log(std::abs(row(k)[k]));
    return sum;
  }

  /// y -= factor x, for n numbers.
  static void subtract(double* y, double factor, const double* x, Index n) {
    for (Index i = 0; i < n; ++i) y[i] -= factor * x[i];
  }

 private:
  double* row(Index i) { return a_.data() + i * n_; }
  const double* row(Index i) const { return a_.data() + i * n_; }
  double* x(Index i, Index count) { return x_.data() + i * count; }
  template <class T>
  void copy(const T* a, bool transposed) {
    for (Index i = 0; i < n_; ++i) {
      for (Index j = 0; j < n_; ++j) row(i)[j] = transposed ? a[j * n_ + i] : a[i * n_ + j];
    }
  }
  // Brings the best row for pivot k to its place; gives the terms that the pivot is a difference
  // of.
  double take_pivot(Index k) {
    const Index best = pivot_row(k);
    swaps_[static_cast<std::size_t>(k)] = best;
    if (best != k) std::swap_ranges(row(k), row(k) + n_, row(best));
    double terms = 0;
    for (Index j = 0; j < k; ++j) terms += std::abs(row(k)[j] * row(j)[k]);
    return terms;
  }
  void eliminate(Index k) {
    for (Index i = k + 1; i < n_; ++i) {
      const double factor = row(i)[k] /= row(k)[k];
      subtract(row(i) + k + 1, factor, row(k) + k + 1, n_ - k - 1);
    }
  }
  int sign_of_swaps() const {
    int sign = 1;
    for (Index k = 0; k < n_; ++k) sign = swaps_[static_cast<std::size_t>(k)] == k ? sign : -sign;
    return sign;
  }
  // The row from k on with the largest element in column k; NaN wins.
  Index pivot_row(Index k) const {
    Index best = k;
    for (Index i = k + 1; i < n_ && !std::isnan(row(best)[k]); ++i) {
      if (!(std::abs(row(i)[k]) <= std::abs(row(best)[k]))) best = i;
    }
    return best;
  }

  Index n_;
  PoolVector<double> a_, x_;
  PoolVector<Index> swaps_;
};

/// L with L Lᵀ = (A + Aᵀ) / 2, for row-major matrices [n, n]; zeros above the diagonal. It is
/// worked out in `wide`, of n² numbers. Throws `Error` when there is none; NaN goes through.
template <class T>
void cholesky(const T* a, Index n, T* l, Index matrix, PoolVector<double>& wide) {
  wide.assign(static_cast<std::size_t>(n * n), 0.0);
  double* w = wide.data();
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j <= i; ++j) {
      double terms = 0;
      for (Index k = 0; k < j; ++k) terms += w[i * n + k] * w[j * n + k];
      const double rest =
          (static_cast<double>(a[i * n + j]) + static_cast<double>(a[j * n + i])) / 2 - terms;
      if (i != j) {
        w[i * n + j] = rest / w[j * n + j];
        continue;
      }
      if (rest <= 0 || is_rounding<T>(rest, terms)) {
        fail("matrix ", matrix, " is not positive definite: pivot ", i, " is ", rest,
             "; a small multiple of the identity added to it may help");
      }
      w[i * n + i] = std::sqrt(rest);
    }
  }
  round_to(wide, l);
}

/// Which elements of a matrix an operation reads.
enum class Triangle : bool { lower, upper };

/// b = op(A)⁻¹ b for a triangular A [n, n], b [n, count], op transposing where asked. It is worked
/// out in `wide`, of n count numbers.
template <class T>
void solve_triangular(const T* a, Index n, Triangle triangle, bool transposed, T* b, Index count,
                      PoolVector<double>& wide) {
  const bool forwards = (triangle == Triangle::lower) != transposed;
  wide.assign(b, b + n * count);
  for (Index step = 0; step < n; ++step) {
    const Index i = forwards ? step : n - 1 - step;
    double* x = wide.data() + i * count;
    for (Index j = forwards ? 0 : i + 1; j < (forwards ? i : n); ++j) {
      LU::subtract(x, transposed ? a[j * n + i] : a[i * n + j], wide.data() + j * count, count);
    }
    for (Index c = 0; c < count; ++c) x[c] /= a[i * n + i];
  }
  round_to(wide, b);
}

}  // namespace engram::kernels
