// Comparisons, choices and rounding, compiled.
#include "engram/ops/elementwise/comparisons.hpp"

#include "engram/ops/elementwise/compiled_kernels.hpp"
#include "engram/ops/elementwise/greater.hpp"
#include "engram/ops/elementwise/lerp.hpp"
#include "engram/ops/elementwise/logic.hpp"
#include "engram/ops/elementwise/nan_to_num.hpp"
#include "engram/ops/elementwise/rounding.hpp"
#include "engram/ops/elementwise/where.hpp"

namespace engram::kernels {

template struct Compiled<ops::Equal, ops::NotEqual, ops::Less, ops::LessEqual, ops::Greater,
                         ops::GreaterEqual, ops::Where, ops::Lerp, ops::Floor, ops::Ceil,
                         ops::Round, ops::Sign, ops::LogicalAnd, ops::LogicalOr, ops::LogicalXor,
                         ops::LogicalNot, ops::IsNan, ops::IsInf, ops::IsFinite>;
template struct CompiledWithNumber<ops::NanToNum>;

}  // namespace engram::kernels
