// In place of core/product/onednn.cpp where oneDNN is not there: `gemm` is the BLAS then.
#include "engram/core/product/onednn.hpp"

namespace engram::onednn {

std::string name() { return {}; }
bool gemm(Transpose, Transpose, Index, Index, Index, const float*, Index, const float*, Index,
          float, float*, Index) {
  return false;
}
std::unique_ptr<Packed> packed(Transpose, Index, Index, Index, Pool&) { return nullptr; }

}  // namespace engram::onednn
