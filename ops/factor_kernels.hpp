// Factors of small matrices, and substitution with them.
//
// These are loops of our own: of the libraries that Engram may be linked with, only OpenBLAS brings
// LAPACK along (a reference BLAS and BLIS do not), LAPACK knows no batches, and for the small
// systems that a model solves it would not be faster.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "engram/core/error.hpp"
#include "engram/core/shape.hpp"

namespace engram::kernels {

/// Whether a pivot is nothing but the rounding of the terms it is the difference of, whose absolute
/// values add up to `terms`: to working precision it is 0 (N. Higham, "Accuracy and stability of
/// numerical algorithms", theorem 9.3). The precision is that of `Of`.
template <class Of, class T>
bool is_rounding(T pivot, T terms) {
  return std::isfinite(pivot) && std::abs(pivot) <= std::numeric_limits<Of>::epsilon() * terms;
}

/// P A = L U with partial pivoting, for row-major matrices [n, n].
template <class T>
class LU {
 public:
  explicit LU(Index n) : n_(n), a_(static_cast<std::size_t>(n * n)), swaps_(size()) {}

  /// Factors the matrix at `a`, or its transpose. Throws `Error`, which gives it the number
  /// `matrix`, when it is singular; NaN goes through.
  void factor(const T* a, bool transposed, Index matrix) {
    copy(a, transposed);
    for (Index k = 0; k < n_; ++k) {
      const T terms = take_pivot(k), pivot = row(k)[k];
      if (is_rounding<T>(pivot, terms)) {
        fail("matrix ", matrix, " is singular: pivot ", k, " is ", pivot, " where its terms are ",
             terms, "; a system needs independent equations");
      }
      eliminate(k);
    }
  }

  /// det A of the matrix at `a`, which may be singular; nothing on the way to it overflows. Whether
  /// it is singular to the precision of its numbers comes with it.
  template <class Number>
  std::pair<T, bool> determinant(const Number* a) {
    copy(a, false);
    bool singular = false;
    T mantissa = 1;
    long exponent = 0;
    for (Index k = 0; k < n_; ++k) {
      const T terms = take_pivot(k), pivot = row(k)[k];
      singular = singular || is_rounding<Number>(pivot, terms);
      if (pivot == 0) return {T{0}, true};
      int more = 0;
      mantissa *= std::frexp(pivot, &more);
      exponent += more;
      mantissa = std::frexp(mantissa, &more);
      exponent += more;
      eliminate(k);
    }
    constexpr long kMost = 1L << 20;  // far beyond what a number can hold
    const auto shift = static_cast<int>(std::clamp(exponent, -kMost, kMost));
    return {static_cast<T>(sign_of_swaps()) * std::ldexp(mantissa, shift), singular};
  }

  /// The sign of the determinant of the matrix that was factored.
  int sign() const {
    int sign = sign_of_swaps();
    for (Index k = 0; k < n_; ++k) sign *= row(k)[k] < 0 ? -1 : 1;
    return sign;
  }

  /// b = A⁻¹ b, for b [n, count].
  void solve(T* b, Index count) const {
    for (Index k = 0; k < n_; ++k) {
      const Index other = swaps_[static_cast<std::size_t>(k)];
      if (other != k) std::swap_ranges(b + k * count, b + (k + 1) * count, b + other * count);
    }
    for (Index i = 0; i < n_; ++i) {
      for (Index j = 0; j < i; ++j) subtract(b + i * count, row(i)[j], b + j * count, count);
    }
    for (Index i = n_ - 1; i >= 0; --i) {
      T* x = b + i * count;
      for (Index j = i + 1; j < n_; ++j) subtract(x, row(i)[j], b + j * count, count);
      for (Index c = 0; c < count; ++c) x[c] /= row(i)[i];
    }
  }

  /// ln |det A|.
  T log_determinant() const {
    T sum = 0;
    for (Index k = 0; k < n_; ++k) sum += std::log(std::abs(row(k)[k]));
    return sum;
  }

  /// y -= factor x, for n numbers.
  static void subtract(T* y, T factor, const T* x, Index n) {
    for (Index i = 0; i < n; ++i) y[i] -= factor * x[i];
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(n_); }
  T* row(Index i) { return a_.data() + i * n_; }
  const T* row(Index i) const { return a_.data() + i * n_; }
  template <class Number>
  void copy(const Number* a, bool transposed) {
    for (Index i = 0; i < n_; ++i) {
      for (Index j = 0; j < n_; ++j) row(i)[j] = transposed ? a[j * n_ + i] : a[i * n_ + j];
    }
  }
  // Brings the best row for pivot k to its place; gives the terms that the pivot is a difference
  // of.
  T take_pivot(Index k) {
    const Index best = pivot_row(k);
    swaps_[static_cast<std::size_t>(k)] = best;
    if (best != k) std::swap_ranges(row(k), row(k) + n_, row(best));
    T terms = 0;
    for (Index j = 0; j < k; ++j) terms += std::abs(row(k)[j] * row(j)[k]);
    return terms;
  }
  void eliminate(Index k) {
    for (Index i = k + 1; i < n_; ++i) {
      const T factor = row(i)[k] /= row(k)[k];
      for (Index j = k + 1; j < n_; ++j) row(i)[j] -= factor * row(k)[j];
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
  std::vector<T> a_;
  std::vector<Index> swaps_;
};

/// L with L Lᵀ = (A + Aᵀ) / 2, for row-major matrices [n, n]; zeros above the diagonal. Throws
/// `Error` when there is none; NaN goes through.
template <class T>
void cholesky(const T* a, Index n, T* l, Index matrix) {
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j <= i; ++j) {
      T terms = 0;
      for (Index k = 0; k < j; ++k) terms += l[i * n + k] * l[j * n + k];
      const T rest = (a[i * n + j] + a[j * n + i]) / 2 - terms;
      if (i != j) {
        l[i * n + j] = rest / l[j * n + j];
        continue;
      }
      if (rest <= 0 || is_rounding<T>(rest, terms)) {
        fail("matrix ", matrix, " is not positive definite: pivot ", i, " is ", rest,
             "; a small multiple of the identity added to it may help");
      }
      l[i * n + i] = std::sqrt(rest);
    }
    std::fill_n(l + i * n + i + 1, n - i - 1, T{0});
  }
}

/// Which elements of a matrix an operation reads.
enum class Triangle : bool { lower, upper };

/// b = op(A)⁻¹ b for a triangular A [n, n], b [n, count], op transposing where asked.
template <class T>
void solve_triangular(const T* a, Index n, Triangle triangle, bool transposed, T* b, Index count) {
  const bool forwards = (triangle == Triangle::lower) != transposed;
  for (Index step = 0; step < n; ++step) {
    const Index i = forwards ? step : n - 1 - step;
    T* x = b + i * count;
    for (Index j = forwards ? 0 : i + 1; j < (forwards ? i : n); ++j) {
      LU<T>::subtract(x, transposed ? a[j * n + i] : a[i * n + j], b + j * count, count);
    }
    for (Index c = 0; c < count; ++c) x[c] /= a[i * n + i];
  }
}

}  // namespace engram::kernels
