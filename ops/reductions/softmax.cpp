#include "engram/ops/reductions/softmax.hpp"

#include <cmath>

#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/reductions/softmax_kernels.hpp"

namespace engram {
namespace {

// Over all axes of `axes` together. Where all x are -inf, y is NaN, or 0 with `empty_is_zero`. A y
// of 0 has no influence, whatever comes back to it: so are hidden what attention hides, and all
// that is -inf.
struct Softmax {
  static constexpr auto name = "softmax";
  static constexpr std::uint8_t needs = kNeedsResult;
  Axes axes;
  bool empty_is_zero;

  Shape shape(const Shape& x) const {
    static_cast<void>(axes.kept(x));
    return x;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Shape kept = axes.kept(x.shape());
    const kernels::Normalizers<T> of(x, kept);
    const Array<T> scale =
        of.map([&](const auto& n) { return empty_is_zero && n.sum == 0 ? 0.0 : 1 / n.sum; });
    kernels::map([](auto v, auto m, auto s) { return exp(v - m) * s; }, y, x, of.shifts(), scale);
  }
  template <class T>
  void derivative(Var<T>, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    const StrongZero weights(y);
    dx += kernels::chain(dy - sum(kernels::chain(dy, weights), axes, true), weights);
  }
  template <class T>
  void backward(const Array<T>&, const Array<T>& y, const Array<T>& dy, Into<Array<T>> dx) const {
    const Shape& shape = y.shape();
    Array<T> total = Array<T>::uninitialized(axes.kept(shape), y.pool());
    kernels::sum_to(
        [](auto r, auto u) { return kernels::strong_product(r, u); }, shape, total.shape(),
        [to = total.edit()](Index at, double sum) { to[at] = static_cast<T>(sum); }, y, dy);
    dx.in_place([&](T* target, T beta) {
      kernels::map_add([](auto r, auto u, auto s) { return kernels::chain(u - s, StrongZero(r)); },
                       shape, shape, target, beta, y, dy, total);
    });
  }
};

template <class T>
struct LogSoftmax {
  static constexpr auto name = "log_softmax";
  static constexpr std::uint8_t needs = needs_input(0);
  int axis;
  kernels::Normalizers<T> of{};

  Shape shape(const Shape& x) const {
    static_cast<void>(x.axis(axis));
    return x;
  }
  void forward(const Array<T>& x, Array<T>& y) {
    of = kernels::Normalizers<T>(x, x.shape().with(axis, 1));
    const Array<T> logs = of.map([](const auto& n) { return std::log(n.sum); });
    kernels::map([](auto v, auto m, auto s) { return (v - m) - s; }, y, x, of.shifts(), logs);
  }
  // The softmax is not exp(y): of many classes y is large, and its last place with it.
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += dy - kernels::chain(sum(dy, {axis}, true), softmax(x, axis));
  }
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    const Shape& shape = x.shape();
    Array<T> scale = kernels::reduce_sum(dy, shape.with(axis, 1));
    for (Index i = 0; i < scale.size(); ++i) {
      T& s = scale.edit()[i];
      if (s != 0) s = static_cast<T>(static_cast<double>(s) / of[i].sum);
    }
    dx.in_place([&](T* target, T beta) {
      kernels::map_add(
          [](auto v, auto u, auto s, auto m) { return u - kernels::chain(s, exp(v - m)); }, shape,
          shape, target, beta, x, dy, scale, of.shifts());
    });
  }
};

}  // namespace

template <class T>
Var<T> softmax_over(const Var<T>& x, const Axes& axes, Site site) {
  return record(Softmax{axes, true}, site, x);
}

template <class T>
Var<T> softmax(const Var<T>& x, int axis, Site site) {
  return record(Softmax{{axis}, false}, site, x);
}

template <class T>
Var<T> log_softmax(const Var<T>& x, int axis, Site site) {
  return record(LogSoftmax<T>{axis}, site, x);
}

template Var<float> softmax_over(const Var<float>&, const Axes&, Site);
template Var<double> softmax_over(const Var<double>&, const Axes&, Site);
template Var<float> softmax(const Var<float>&, int, Site);
template Var<double> softmax(const Var<double>&, int, Site);
template Var<float> log_softmax(const Var<float>&, int, Site);
template Var<double> log_softmax(const Var<double>&, int, Site);

}  // namespace engram
