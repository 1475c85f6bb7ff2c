// gemm: the one place where matrices are multiplied.
#pragma once

#include <memory>
#include <string>

#include "engram/core/array.hpp"
#include "engram/core/parallel.hpp"

namespace engram {

/// Whether a matrix is taken as it lies in memory or transposed.
enum class Transpose : bool { no, yes };
constexpr Transpose operator!(Transpose t) {
  return t == Transpose::no ? Transpose::yes : Transpose::no;
}

/// c = op(a) op(b) + beta c, for row-major matrices: op(a) is [m, k], op(b) [k, n], c [m, n]; `ld`
/// is how many elements lie from one row of a matrix to the next. With beta 0, c need not hold
/// numbers. Runs in the calling thread: the BLAS is held to one, since work is shared out by
/// `parallel`. Not checked; T is float or double.
template <class T>
void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, const T* a, Index lda, const T* b,
          Index ldb, T beta, T* c, Index ldc);

/// The same for matrices without gaps.
template <class T>
void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, const T* a, const T* b, T beta,
          T* c) {
  gemm(ta, tb, m, n, k, a, ta == Transpose::yes ? m : k, b, tb == Transpose::yes ? k : n, beta, c,
       n);
}

/// The same for matrices without gaps, a large product shared out by columns of c among `workers`
/// when they are not null. How it is cut depends on the sizes alone.
template <class T>
void gemm(const Workers* workers, Transpose ta, Transpose tb, Index m, Index n, Index k, const T* a,
          const T* b, T beta, T* c);

namespace onednn {
class Packed;
}

/// A right operand op(b) [k, n] laid out once for many products with m rows: a small product
/// spends as long on laying out its right operand as on multiplying.
template <class T>
class PackedMatrix {
 public:
  PackedMatrix();
  ~PackedMatrix();
  PackedMatrix(PackedMatrix&&) noexcept;
  PackedMatrix& operator=(PackedMatrix&&) noexcept;

  /// Lays `b` out, in memory from `pool`. `b` must stay while it is multiplied by.
  void pack(Transpose tb, Index m, Index n, Index k, const T* b, Pool& pool);
  /// Whether it is laid out for m rows.
  bool fits(Index m) const { return b_ && m_ == m; }
  /// The numbers have changed; the memory is kept.
  void forget() { b_ = nullptr; }
  /// c = a op(b) + beta c, beta 0 or 1, as `gemm`.
  void multiply(const T* a, T beta, T* c);

 private:
  std::unique_ptr<onednn::Packed> packed_;  ///< null: `b_` is multiplied by as it lies
  const T* b_ = nullptr;
  Transpose tb_ = Transpose::no;
  Index m_ = -1, n_ = 0, k_ = 0;
};

/// Name and configuration of the libraries in use, for the head of a benchmark.
std::string blas_name();

}  // namespace engram
