#include "engram/core/product/gemm.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include <xtensor-blas/xblas.hpp>

#include "engram/core/loops/row_blocks.hpp"
#include "engram/core/product/onednn.hpp"

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

// How many terms float may add up: the error grows with them. The rows of a sequence (`ta`) are
// added up by blocks already, and a sequence that is cut gives the same bits up to here.
constexpr Index most_terms(Transpose ta) { return (ta == Transpose::yes ? 32 : 2) * kRowBlock; }

// The product of more terms than that: parts of it are added up in double.
void gemm_of_many_terms(Transpose ta, Transpose tb, Index m, Index n, Index k, const float* a,
                        Index lda, const float* b, Index ldb, float beta, float* c, Index ldc) {
  constexpr Index kPart = kRowBlock / 2;
  std::vector<double> sums(static_cast<std::size_t>(m * n));
  std::vector<float> part(sums.size());
  for (Index begin = 0; begin < k; begin += kPart) {
    gemm(ta, tb, m, n, (std::min)(kPart, k - begin), a + begin * (ta == Transpose::yes ? lda : 1),
         lda, b + begin * (tb == Transpose::yes ? 1 : ldb), ldb, 0.0F, part.data(), n);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(part[i]);
  }
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) {
      float& to = c[i * ldc + j];
      const double before = beta == 0 ? 0 : static_cast<double>(beta) * static_cast<double>(to);
      to = static_cast<float>(before + sums[static_cast<std::size_t>(i * n + j)]);
    }
  }
}

}  // namespace

template <class T>
void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, const T* a, Index lda, const T* b,
          Index ldb, T beta, T* c, Index ldc) {
  static const bool held = hold_to_one_thread();
  static_cast<void>(held);
  if (m == 0 || n == 0) return;
  if (ta == Transpose::no && m > kRowBlock) {
    return each_row_block(m, [&](Index begin, Index end) {
      gemm(ta, tb, end - begin, n, k, a + begin * lda, lda, b, ldb, beta, c + begin * ldc, ldc);
    });
  }
  if constexpr (std::is_same_v<T, float>) {
    if (k > most_terms(ta)) {
      constexpr Index kMost = 1 << 20;  // numbers of c at a time: 12 MB
      const Index rows = (std::max)(Index{1}, (std::min)(m, kMost / (std::min)(n, kMost)));
      const Index columns = (std::min)(n, kMost);
      for (Index i = 0; i < m; i += rows) {
        for (Index j = 0; j < n; j += columns) {
          gemm_of_many_terms(ta, tb, (std::min)(rows, m - i), (std::min)(columns, n - j), k,
                             a + i * (ta == Transpose::yes ? 1 : lda), lda,
                             b + j * (tb == Transpose::yes ? ldb : 1), ldb, beta, c + i * ldc + j,
                             ldc);
        }
      }
      return;
    }
  }
  if (ta == Transpose::yes && k > kRowBlock) {
    return each_row_block_from_the_end(k, [&](Index begin, Index end) {
      const T* from = b + (tb == Transpose::yes ? begin : begin * ldb);
      gemm(ta, tb, m, n, end - begin, a + begin * lda, lda, from, ldb, beta, c, ldc);
      beta = 1;
    });
  }
  if constexpr (std::is_same_v<T, float>) {
    if (k > 0 && onednn::gemm(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc)) return;
  }
  for (Index i = 0; beta == 0 && i < m; ++i) {
    std::fill_n(c + i * ldc, n, T{0});  // 0 * NaN must not survive in fresh memory
  }
  if (k == 0) return;
  const auto flag = [](Transpose t) {
    return t == Transpose::yes ? cxxblas::Transpose::Trans : cxxblas::Transpose::NoTrans;
  };
  // What xt::blas::gemm calls, which takes no matrices with gaps.
  const auto length = [&](Index size) {
    constexpr Index kMost = std::numeric_limits<xt::blas_index_t>::max();
    if (size > kMost) {
      fail("a product of matrices [", m, ",", k, "] and [", k, ",", n, "], of rows of ", size,
           " elements; the BLAS counts to ", kMost, ": cut it along that axis");
    }
    return static_cast<xt::blas_index_t>(size);
  };
  cxxblas::gemm<xt::blas_index_t>(cxxblas::StorageOrder::RowMajor, flag(ta), flag(tb), length(m),
                                  length(n), length(k), T{1}, a, length(lda), b, length(ldb), beta,
                                  c, length(ldc));
}

template <class T>
void gemm(const Workers* workers, Transpose ta, Transpose tb, Index m, Index n, Index k, const T* a,
          const T* b, T beta, T* c) {
  // With few rows a product takes as long as reading b; starting a thread takes microseconds.
  // Wide blocks are read faster.
  constexpr Index kWorthwhile = 1 << 17, kWide = 1024;
  if (!workers || k * n < kWorthwhile || n < kWide / 2) {
    return gemm(ta, tb, m, n, k, a, b, beta, c);
  }
  const Index blocks = 2 * std::clamp<Index>(n / (2 * kWide), 1, 8);
  const Index lda = ta == Transpose::yes ? m : k, ldb = tb == Transpose::yes ? k : n;
  workers->each(blocks, [&](Index block) {
    const Index begin = n * block / blocks, end = n * (block + 1) / blocks;
    const T* from = b + (tb == Transpose::yes ? begin * k : begin);
    gemm(ta, tb, m, end - begin, k, a, lda, from, ldb, beta, c + begin, n);
  });
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
    if (m != m_ || n != n_ || k != k_ || tb != tb_) {
      packed_ = k > most_terms(Transpose::no) ? nullptr : onednn::packed(tb, m, n, k, pool);
    }
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

template void gemm(Transpose, Transpose, Index, Index, Index, const float*, Index, const float*,
                   Index, float, float*, Index);
template void gemm(Transpose, Transpose, Index, Index, Index, const double*, Index, const double*,
                   Index, double, double*, Index);
template void gemm(const Workers*, Transpose, Transpose, Index, Index, Index, const float*,
                   const float*, float, float*);
template void gemm(const Workers*, Transpose, Transpose, Index, Index, Index, const double*,
                   const double*, double, double*);

}  // namespace engram
