// gemm: the one place where matrices are multiplied.
#pragma once

#include <string>

#include "engram/core/shape.hpp"

namespace engram {

/// Whether a matrix is taken as it lies in memory or transposed.
enum class Transpose : bool { no, yes };
constexpr Transpose operator!(Transpose t) {
  return t == Transpose::no ? Transpose::yes : Transpose::no;
}

/// c = op(a) op(b) + beta c, for dense row-major matrices: op(a) is [m, k], op(b) [k, n], c [m, n].
/// With beta 0, c need not hold numbers. Runs in the calling thread: the BLAS is held to one, since
/// work is shared out by `parallel`. Not checked; T is float or double.
template <class T>
void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, const T* a, const T* b, T beta,
          T* c);

/// Name and configuration of the BLAS in use, for the head of a benchmark.
std::string blas_name();

}  // namespace engram
