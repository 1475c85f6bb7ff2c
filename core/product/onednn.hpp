// onednn: oneDNN, where it is there, behind `gemm` and `PackedMatrix`. Internal.
#pragma once

#include <memory>
#include <string>

#include "engram/core/array.hpp"
#include "engram/core/product/gemm.hpp"

namespace engram::onednn {

/// Its version, empty when Engram was built without it.
std::string name();

/// `gemm` in float; false when Engram was built without it.
bool gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, const float* a, Index lda,
          const float* b, Index ldb, float beta, float* c, Index ldc);

/// A right operand op(b) [k, n] laid out for products with m rows. Used by one thread at a time.
class Packed {
 public:
  virtual ~Packed() = default;
  virtual void pack(const float* b) = 0;
  /// c = a op(b) + beta c, beta 0 or 1.
  virtual void multiply(const float* a, float beta, float* c) = 0;
};

/// One for these sizes, its memory from `pool`; null when Engram was built without oneDNN.
std::unique_ptr<Packed> packed(Transpose tb, Index m, Index n, Index k, Pool& pool);

}  // namespace engram::onednn
