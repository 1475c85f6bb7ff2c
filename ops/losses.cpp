// The elementwise parts of losses, compiled.
#include "engram/ops/binary_cross_entropy.hpp"
#include "engram/ops/compiled_kernels.hpp"
#include "engram/ops/huber.hpp"
#include "engram/ops/kl_div.hpp"

namespace engram::kernels {

template struct Compiled<ops::BinaryCrossEntropy, ops::KlDiv, ops::KlDivOfLogs>;
template struct CompiledWithNumber<ops::Huber>;

}  // namespace engram::kernels
