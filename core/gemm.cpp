#include "engram/core/gemm.hpp"

#include <algorithm>
#include <array>

#include <xtensor-blas/xblas.hpp>
#include <xtensor/xadapt.hpp>

// OpenBLAS has these beyond the CBLAS interface; another BLAS leaves them null.
extern "C" {
[[gnu::weak]] void openblas_set_num_threads(int count);
[[gnu::weak]] char* openblas_get_config();
[[gnu::weak]] char* openblas_get_corename();
}

namespace engram {
namespace {

// OpenBLAS's own threads would spin on cores that TBB uses.
bool hold_to_one_thread() {
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  return true;
}

template <class T>
auto matrix(T* data, Index rows, Index columns) {
  const std::array<std::size_t, 2> shape{static_cast<std::size_t>(rows),
                                         static_cast<std::size_t>(columns)};
  return xt::adapt(data, shape[0] * shape[1], xt::no_ownership(), shape);
}

}  // namespace

template <class T>
void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, const T* a, const T* b, T beta,
          T* c) {
  static const bool held = hold_to_one_thread();
  static_cast<void>(held);
  if (m == 0 || n == 0) return;
  if (beta == 0) std::fill_n(c, m * n, T{0});  // 0 * NaN must not survive in fresh memory
  if (k == 0) return;
  const bool transpose_a = ta == Transpose::yes, transpose_b = tb == Transpose::yes;
  auto result = matrix(c, m, n);
  xt::blas::gemm(transpose_a ? matrix(a, k, m) : matrix(a, m, k),
                 transpose_b ? matrix(b, n, k) : matrix(b, k, n), result, transpose_a, transpose_b,
                 T{1}, beta);
}

std::string blas_name() {
  if (!openblas_get_config) return "a CBLAS";
  return std::string(openblas_get_config()) + ", core " + openblas_get_corename();
}

template void gemm(Transpose, Transpose, Index, Index, Index, const float*, const float*, float,
                   float*);
template void gemm(Transpose, Transpose, Index, Index, Index, const double*, const double*, double,
                   double*);

}  // namespace engram
