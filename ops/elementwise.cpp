// The elementwise ops compiled for float and double, so that those who only use them need not.
#include "engram/ops/abs.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/compiled_kernels.hpp"
#include "engram/ops/exp.hpp"
#include "engram/ops/log.hpp"
#include "engram/ops/maximum.hpp"
#include "engram/ops/sqrt.hpp"

namespace engram::kernels {

template struct Compiled<ops::Neg, ops::Exp, ops::Expm1, ops::Log, ops::Log1p, ops::Sqrt,
                         ops::Rsqrt, ops::Square, ops::Abs, ops::Add, ops::Sub, ops::Mul, ops::Div,
                         ops::Maximum, ops::Minimum, Chain, ChainOfZeros>;
template struct CompiledWithNumber<ops::AddScalar, ops::MulScalar, ops::DivScalar, ops::ScalarSub,
                                   ops::ScalarDiv>;

}  // namespace engram::kernels
