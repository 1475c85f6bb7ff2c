#include "engram/ops/elementwise/array_arithmetic.hpp"

#include "engram/ops/elementwise/elementwise_kernels.hpp"

namespace engram {
namespace {

template <class Op, class T>
Array<T> evaluated(const Op& op, const Array<T>& a, const Array<T>& b) {
  Array<T> y = Array<T>::uninitialized(broadcast(a.shape(), b.shape()));
  kernels::map([&](auto v, auto w) { return op.f(v, w); }, y, a, b);
  return y;
}

}  // namespace

template <std::floating_point T>
Array<T> operator+(const Array<T>& a, const Array<T>& b) {
  return evaluated(ops::Add{}, a, b);
}
template <std::floating_point T>
Array<T> operator-(const Array<T>& a, const Array<T>& b) {
  return evaluated(ops::Sub{}, a, b);
}
template <std::floating_point T>
Array<T> operator*(const Array<T>& a, const Array<T>& b) {
  return evaluated(ops::Mul{}, a, b);
}
template <std::floating_point T>
Array<T> operator/(const Array<T>& a, const Array<T>& b) {
  return evaluated(ops::Div{}, a, b);
}

template Array<float> operator+(const Array<float>&, const Array<float>&);
template Array<double> operator+(const Array<double>&, const Array<double>&);
template Array<float> operator-(const Array<float>&, const Array<float>&);
template Array<double> operator-(const Array<double>&, const Array<double>&);
template Array<float> operator*(const Array<float>&, const Array<float>&);
template Array<double> operator*(const Array<double>&, const Array<double>&);
template Array<float> operator/(const Array<float>&, const Array<float>&);
template Array<double> operator/(const Array<double>&, const Array<double>&);

}  // namespace engram
