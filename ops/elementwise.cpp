// The elementwise ops compiled for float and double, so that those who only use them need not.
#include "engram/ops/abs.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/binary_cross_entropy.hpp"
#include "engram/ops/elementwise_kernels.hpp"
#include "engram/ops/exp.hpp"
#include "engram/ops/greater.hpp"
#include "engram/ops/log.hpp"
#include "engram/ops/maximum.hpp"
#include "engram/ops/relu.hpp"
#include "engram/ops/sigmoid.hpp"
#include "engram/ops/softplus.hpp"
#include "engram/ops/sqrt.hpp"
#include "engram/ops/tanh.hpp"

namespace engram {

template Var<float> elementwise(ops::Neg, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Neg, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Exp, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Exp, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Log, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Log, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Sqrt, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Sqrt, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Square, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Square, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Abs, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Abs, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Tanh, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Tanh, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Sigmoid, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Sigmoid, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Relu, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Relu, const Site&, const Var<double>&);
template Var<float> elementwise(ops::Softplus, const Site&, const Var<float>&);
template Var<double> elementwise(ops::Softplus, const Site&, const Var<double>&);

template Var<float> elementwise(ops::AddScalar<float>, const Site&, const Var<float>&);
template Var<double> elementwise(ops::AddScalar<double>, const Site&, const Var<double>&);
template Var<float> elementwise(ops::MulScalar<float>, const Site&, const Var<float>&);
template Var<double> elementwise(ops::MulScalar<double>, const Site&, const Var<double>&);
template Var<float> elementwise(ops::DivScalar<float>, const Site&, const Var<float>&);
template Var<double> elementwise(ops::DivScalar<double>, const Site&, const Var<double>&);
template Var<float> elementwise(ops::ScalarSub<float>, const Site&, const Var<float>&);
template Var<double> elementwise(ops::ScalarSub<double>, const Site&, const Var<double>&);
template Var<float> elementwise(ops::ScalarDiv<float>, const Site&, const Var<float>&);
template Var<double> elementwise(ops::ScalarDiv<double>, const Site&, const Var<double>&);

template Var<float> elementwise(ops::Add, const Site&, const Var<float>&, const Var<float>&);
template Var<double> elementwise(ops::Add, const Site&, const Var<double>&, const Var<double>&);
template Var<float> elementwise(ops::Sub, const Site&, const Var<float>&, const Var<float>&);
template Var<double> elementwise(ops::Sub, const Site&, const Var<double>&, const Var<double>&);
template Var<float> elementwise(ops::Mul, const Site&, const Var<float>&, const Var<float>&);
template Var<double> elementwise(ops::Mul, const Site&, const Var<double>&, const Var<double>&);
template Var<float> elementwise(ops::Div, const Site&, const Var<float>&, const Var<float>&);
template Var<double> elementwise(ops::Div, const Site&, const Var<double>&, const Var<double>&);
template Var<float> elementwise(ops::Maximum, const Site&, const Var<float>&, const Var<float>&);
template Var<double> elementwise(ops::Maximum, const Site&, const Var<double>&, const Var<double>&);
template Var<float> elementwise(ops::Minimum, const Site&, const Var<float>&, const Var<float>&);
template Var<double> elementwise(ops::Minimum, const Site&, const Var<double>&, const Var<double>&);
template Var<float> elementwise(ops::Greater, const Site&, const Var<float>&, const Var<float>&);
template Var<double> elementwise(ops::Greater, const Site&, const Var<double>&, const Var<double>&);
template Var<float> elementwise(ops::BinaryCrossEntropy, const Site&, const Var<float>&,
                                const Var<float>&);
template Var<double> elementwise(ops::BinaryCrossEntropy, const Site&, const Var<double>&,
                                 const Var<double>&);

}  // namespace engram
