#include "engram/ops/normalize.hpp"

#include "engram/ops/composed.hpp"
#include "engram/ops/reduce_kernels.hpp"
#include "engram/ops/reshape.hpp"
#include "engram/ops/sqrt.hpp"

namespace engram {
namespace {

// (x - μ) / √(mean (x - μ)² + ε), where μ is 0 unless `centred`.
template <class T>
struct Standardize {
  static constexpr auto name = "standardize";
  Axes axes;
  bool centred;
  T epsilon;
  Array<T> scale{};  // 1 / √(...) of each result

  Shape shape(const Shape& x) const {
    static_cast<void>(axes.kept(x));
    if (!(epsilon > 0)) {
      fail("epsilon = ", epsilon, "; need a number above 0: equal values have no variance");
    }
    return x;
  }
  // How many values share a mean; of none, the mean is of no use to anybody.
  T count(const Shape& x) const {
    const Shape kept = axes.kept(x);
    Index n = 1;
    for (int k = 0; k < x.rank(); ++k) n *= kept[k] == 1 ? x[k] : 1;
    return static_cast<T>(std::max<Index>(n, 1));
  }
  // Means over the axes of f(x...), zeros where nothing is subtracted.
  template <class F, class... X>
  Array<T> means(const F& f, const Array<T>& x, const X&... more) const {
    Array<T> out = Array<T>::uninitialized(axes.kept(x.shape()), x.pool());
    kernels::map_add(f, x.shape(), out.shape(), out.edit(), T{0}, x, more...);
    const T n = count(x.shape());
    for (Index i = 0; i < out.size(); ++i) out.edit()[i] /= n;
    return out;
  }
  Array<T> centre(const Array<T>& x) const {
    return centred ? means([](auto v) { return v; }, x) : Array<T>(axes.kept(x.shape()));
  }

  void forward(const Array<T>& x, Array<T>& y) {
    const Array<T> mean = centre(x);
    scale = means([](auto v, auto m) { return (v - m) * (v - m); }, x, mean);
    for (Index i = 0; i < scale.size(); ++i) {
      T& s = scale.edit()[i];
      s = 1 / std::sqrt(s + epsilon);
    }
    kernels::map([](auto v, auto m, auto s) { return (v - m) * s; }, y, x, mean, scale);
  }
  // The scale is written in x here, so that it can be differentiated.
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<T> dx) const {
    const T n = count(x.shape());
    const auto mean_of = [&](const Var<T>& v) { return sum(v, axes, true) / n; };
    const Var<T> from_mean = centred ? x - mean_of(x) : x;
    const Var<T> deviation = sqrt(mean_of(square(from_mean)) + epsilon);
    const Var<T> along = dy - y * mean_of(dy * y);
    dx += (centred ? along - mean_of(dy) : along) / deviation;
  }
  void backward(const Array<T>&, const Array<T>& y, const Array<T>& dy, Into<T> dx) const {
    const Array<T> mean = centre(dy);
    const Array<T> along = means([](auto u, auto r) { return u * r; }, dy, y);
    dx.in_place([&](T* target, T beta) {
      kernels::map_add([](auto u, auto r, auto m, auto a, auto s) { return (u - m - r * a) * s; },
                       y.shape(), y.shape(), target, beta, dy, y, mean, along, scale);
    });
  }
};

// x̂ of `gain.rank()` last axes, under the shape of x.
template <class T>
Var<T> of_last_axes(const Var<T>& x, const Var<T>& gain, bool centred, double epsilon,
                    const Site& site) {
  const Shape shape = x.shape(), last = gain.shape();
  const int lead = shape.rank() - last.rank();
  if (last.rank() == 0 || lead < 0 || shape.axes(lead, shape.rank()) != last) {
    fail("x ", shape, " and gain ", last, "; need the gain of the last axes of x");
  }
  const Var<T> rows = reshape(x, Shape{shape.axes(0, lead).size(), last.size()}, site);
  const Var<T> y = record(Standardize<T>{{-1}, centred, static_cast<T>(epsilon)}, site, rows);
  return reshape(y, shape, site);
}

}  // namespace

template <class T>
Var<T> standardize(const Var<T>& x, const Axes& axes, double epsilon, Site site) {
  return record(Standardize<T>{axes, true, static_cast<T>(epsilon)}, site, x);
}

template <class T>
Var<T> layer_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias, double epsilon,
                  Site site) {
  return composed("layer_norm", site, [&] {
    if (bias.shape() != gain.shape()) {
      fail("gain ", gain.shape(), " and bias ", bias.shape(), "; need one shape");
    }
    const Var<T> y = of_last_axes(x, gain, true, epsilon, site);
    return add(mul(y, gain, site), bias, site);
  });
}

template <class T>
Var<T> rms_norm(const Var<T>& x, const Var<T>& gain, double epsilon, Site site) {
  return composed("rms_norm", site,
                  [&] { return mul(of_last_axes(x, gain, false, epsilon, site), gain, site); });
}

template Var<float> standardize(const Var<float>&, const Axes&, double, Site);
template Var<double> standardize(const Var<double>&, const Axes&, double, Site);
template Var<float> layer_norm(const Var<float>&, const Var<float>&, const Var<float>&, double,
                               Site);
template Var<double> layer_norm(const Var<double>&, const Var<double>&, const Var<double>&, double,
                                Site);
template Var<float> rms_norm(const Var<float>&, const Var<float>&, double, Site);
template Var<double> rms_norm(const Var<double>&, const Var<double>&, double, Site);

}  // namespace engram
