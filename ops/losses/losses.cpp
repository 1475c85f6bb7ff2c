// The elementwise parts of losses, compiled.
#include "engram/ops/elementwise/compiled_kernels.hpp"
#include "engram/ops/losses/binary_cross_entropy.hpp"
#include "engram/ops/losses/huber.hpp"
#include "engram/ops/losses/kl_div.hpp"

namespace engram::kernels {

template struct Compiled<ops::BinaryCrossEntropy, ops::KlDiv, ops::KlDivOfLogs>;
template struct CompiledWithNumber<ops::Huber>;

}  // namespace engram::kernels
