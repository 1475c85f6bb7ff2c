// The units of networks, compiled.
#include "engram/ops/activations/elu.hpp"
#include "engram/ops/activations/gated.hpp"
#include "engram/ops/activations/gelu.hpp"
#include "engram/ops/activations/mish.hpp"
#include "engram/ops/activations/piecewise_linear.hpp"
#include "engram/ops/activations/relu.hpp"
#include "engram/ops/activations/sigmoid.hpp"
#include "engram/ops/activations/silu.hpp"
#include "engram/ops/activations/softplus.hpp"
#include "engram/ops/activations/softsign.hpp"
#include "engram/ops/activations/tanh.hpp"
#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/elementwise/compiled_kernels.hpp"

namespace engram::kernels {

template struct Compiled<ops::Tanh, ops::Sigmoid, ops::Relu, ops::Softplus, ops::Gelu,
                         ops::GeluTanh, ops::Silu, ops::Mish, ops::HardSigmoid, ops::Softsign,
                         ops::Prelu, ops::HardSwish, ops::Swiglu>;
template struct CompiledWithNumber<ops::Clamp, ops::HardTanh, ops::LeakyRelu, ops::Elu, ops::Celu,
                                   ops::SoftCap>;

}  // namespace engram::kernels
