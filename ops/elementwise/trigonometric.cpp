// The functions of analysis, compiled.
#include "engram/ops/elementwise/trigonometric.hpp"

#include "engram/ops/elementwise/compiled_kernels.hpp"
#include "engram/ops/elementwise/erf.hpp"
#include "engram/ops/elementwise/hyperbolic.hpp"
#include "engram/ops/elementwise/inverse_hyperbolic.hpp"
#include "engram/ops/elementwise/modulo.hpp"
#include "engram/ops/elementwise/pow.hpp"

namespace engram::kernels {

template struct Compiled<ops::Sin, ops::Cos, ops::Tan, ops::Asin, ops::Acos, ops::Atan, ops::Sinh,
                         ops::Cosh, ops::Erf, ops::Erfc, ops::Pow, ops::Asinh, ops::Acosh,
                         ops::Atanh, ops::Mod, ops::Fmod, ops::FloorDivide, ops::TruncDivide>;
template struct CompiledWithNumber<ops::PowScalar>;

}  // namespace engram::kernels
