#include "engram/core/gemm.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include <xtensor-blas/xblas.hpp>
#include <xtensor/xadapt.hpp>

#include "engram/core/onednn.hpp"

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
  if constexpr (std::is_same_v<T, float>) {
    if (k > 0 && onednn::gemm(ta, tb, m, n, k, a, b, beta, c)) return;
  }
  if (beta == 0) std::fill_n(c, m * n, T{0});  // 0 * NaN must not survive in fresh memory
  if (k == 0) return;
  const bool transpose_a = ta == Transpose::yes, transpose_b = tb == Transpose::yes;
  auto result = matrix(c, m, n);
  xt::blas::gemm(transpose_a ? matrix(a, k, m) : matrix(a, m, k),
                 transpose_b ? matrix(b, n, k) : matrix(b, k, n), result, transpose_a, transpose_b,
                 T{1}, beta);
}

template <class T>
PackedMatrix<T>::PackedMatrix() = default;
template <class T>
PackedMatrix<T>::~PackedMatrix() = default;
template <class T>
PackedMatrix<T>::PackedMatrix(PackedMatrix&&) noexcept = default;
template <class T>
PackedMatrix<T>& PackedMatrix<T>::operator=(PackedMatrix&&) noexcept = default;

template <class T>
void PackedMatrix<T>::pack(Transpose tb, Index m, Index n, Index k, const T* b, Pool& pool) {
  if constexpr (std::is_same_v<T, float>) {
    if (m != m_ || n != n_ || k != k_ || tb != tb_) packed_ = onednn::packed(tb, m, n, k, pool);
    if (packed_) packed_->pack(b);
  }
  b_ = b;
  tb_ = tb;
  m_ = m, n_ = n, k_ = k;
}

template <class T>
void PackedMatrix<T>::multiply(const T* a, T beta, T* c) {
  if constexpr (std::is_same_v<T, float>) {
    if (packed_) return packed_->multiply(a, beta, c);
  }
  gemm(Transpose::no, tb_, m_, n_, k_, a, b_, beta, c);
}

std::string blas_name() {
  const std::string blas =
      openblas_get_config ? std::string(openblas_get_config()) + ", core " + openblas_get_corename()
                          : "a CBLAS";
  return onednn::name().empty() ? blas : onednn::name() + " for float; " + blas;
}

template class PackedMatrix<float>;
template class PackedMatrix<double>;

template void gemm(Transpose, Transpose, Index, Index, Index, const float*, const float*, float,
                   float*);
template void gemm(Transpose, Transpose, Index, Index, Index, const double*, const double*, double,
                   double*);

}  // namespace engram
