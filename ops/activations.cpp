// The units of networks, compiled.
#include "engram/ops/clamp.hpp"
#include "engram/ops/compiled_kernels.hpp"
#include "engram/ops/elu.hpp"
#include "engram/ops/gated.hpp"
#include "engram/ops/gelu.hpp"
#include "engram/ops/piecewise_linear.hpp"
#include "engram/ops/relu.hpp"
#include "engram/ops/sigmoid.hpp"
#include "engram/ops/silu.hpp"
#include "engram/ops/softplus.hpp"
#include "engram/ops/softsign.hpp"
#include "engram/ops/tanh.hpp"

namespace engram::kernels {

template struct Compiled<ops::Tanh, ops::Sigmoid, ops::Relu, ops::Softplus, ops::Gelu,
                         ops::GeluTanh, ops::Silu, ops::Mish, ops::HardSigmoid, ops::Softsign,
                         ops::Prelu, ops::HardSwish, ops::Swiglu>;
template struct CompiledWithNumber<ops::Clamp, ops::HardTanh, ops::LeakyRelu, ops::Elu, ops::Celu,
                                   ops::SoftCap>;

}  // namespace engram::kernels
