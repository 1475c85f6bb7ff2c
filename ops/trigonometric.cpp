// The functions of analysis, compiled.
#include "engram/ops/trigonometric.hpp"

#include "engram/ops/compiled_kernels.hpp"
#include "engram/ops/erf.hpp"
#include "engram/ops/hyperbolic.hpp"
#include "engram/ops/inverse_hyperbolic.hpp"
#include "engram/ops/modulo.hpp"
#include "engram/ops/pow.hpp"

namespace engram::kernels {

template struct Compiled<ops::Sin, ops::Cos, ops::Tan, ops::Asin, ops::Acos, ops::Atan, ops::Sinh,
                         ops::Cosh, ops::Erf, ops::Erfc, ops::Pow, ops::Asinh, ops::Acosh,
                         ops::Atanh, ops::Mod, ops::Fmod, ops::FloorDivide, ops::TruncDivide>;
template struct CompiledWithNumber<ops::PowScalar>;

}  // namespace engram::kernels
