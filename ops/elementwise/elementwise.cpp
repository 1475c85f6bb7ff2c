// The elementwise ops compiled for float and double, so that those who only use them need not.
#include "engram/ops/elementwise/abs.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/compiled_kernels.hpp"
#include "engram/ops/elementwise/exp.hpp"
#include "engram/ops/elementwise/log.hpp"
#include "engram/ops/elementwise/maximum.hpp"
#include "engram/ops/elementwise/sqrt.hpp"

namespace engram::kernels {

template struct Compiled<ops::Neg, ops::Exp, ops::Expm1, ops::Log, ops::Log1p, ops::Sqrt,
                         ops::Rsqrt, ops::Square, ops::Abs, ops::Add, ops::Sub, ops::Mul, ops::Div,
                         ops::Maximum, ops::Minimum, Chain, ChainOfZeros>;
template struct CompiledWithNumber<ops::AddScalar, ops::MulScalar, ops::DivScalar, ops::ScalarSub,
                                   ops::ScalarDiv>;

}  // namespace engram::kernels
