#include "engram/ops/softmax.hpp"

#include "engram/ops/exp.hpp"
#include "engram/ops/reduce.hpp"
#include "engram/ops/reduce_kernels.hpp"

namespace engram {
namespace {

struct AlongAxis {
  int axis;
  Shape shape(const Shape& x) const {
    static_cast<void>(x.axis(axis));
    return x;
  }
};

struct Softmax : AlongAxis {
  static constexpr auto name = "softmax";

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Array<T> total = kernels::reduce_logsumexp(x, x.shape().with(axis, 1));
    kernels::map([](auto v, auto s) { return exp(v - s); }, y, x, total);
  }
  template <class T>
  void derivative(Var<T>, Var<T> y, Var<T> dy, Into<T> dx) const {
    dx += y * (dy - sum(dy * y, {axis}, true));
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>& y, const Array<T>& dy, Into<T> dx) const {
    const Shape& shape = x.shape();
    Array<T> total = Array<T>::uninitialized(shape.with(axis, 1), x.pool());
    kernels::map_add([](auto r, auto u) { return r * u; }, shape, total.shape(), total.edit(), T{0},
                     y, dy);
    dx.in_place([&](T* target, T beta) {
      kernels::map_add([](auto r, auto u, auto s) { return r * (u - s); }, shape, shape, target,
                       beta, y, dy, total);
    });
  }
};

struct LogSoftmax : AlongAxis {
  static constexpr auto name = "log_softmax";

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Array<T> total = kernels::reduce_logsumexp(x, x.shape().with(axis, 1));
    kernels::map([](auto v, auto s) { return v - s; }, y, x, total);
  }
  template <class T>
  void derivative(Var<T>, Var<T> y, Var<T> dy, Into<T> dx) const {
    dx += dy - exp(y) * sum(dy, {axis}, true);
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>& y, const Array<T>& dy, Into<T> dx) const {
    const Shape& shape = x.shape();
    const Array<T> total = kernels::reduce_sum(dy, shape.with(axis, 1));
    dx.in_place([&](T* target, T beta) {
      kernels::map_add([](auto r, auto u, auto s) { return u - exp(r) * s; }, shape, shape, target,
                       beta, y, dy, total);
    });
  }
};

}  // namespace

template <class T>
Var<T> softmax(const Var<T>& x, int axis, Site site) {
  return record(Softmax{{axis}}, site, x);
}

template <class T>
Var<T> log_softmax(const Var<T>& x, int axis, Site site) {
  return record(LogSoftmax{{axis}}, site, x);
}

template Var<float> softmax(const Var<float>&, int, Site);
template Var<double> softmax(const Var<double>&, int, Site);
template Var<float> log_softmax(const Var<float>&, int, Site);
template Var<double> log_softmax(const Var<double>&, int, Site);

}  // namespace engram
