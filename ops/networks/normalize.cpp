#include "engram/ops/networks/normalize.hpp"

#include "engram/core/within.hpp"
#include "engram/ops/reductions/norm.hpp"
#include "engram/ops/reductions/reduce_kernels.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// (x - μ) / √(mean (x - μ)² + ε), where μ is 0 unless `centred`.
template <class T>
struct Standardize {
  static constexpr auto name = "standardize";
  Axes axes;
  bool centred;
  double epsilon;
  Array<T> deviation{};  // √(...) of each result

  Shape shape(const Shape& x) const {
    static_cast<void>(axes.kept(x));
    if (!(epsilon > 0)) {
      fail("epsilon = ", epsilon, "; need a number above 0: equal values have no variance");
    }
    return x;
  }
  // How many values share a mean; of none, the mean is of no use to anybody.
  double count(const Shape& x) const {
    return static_cast<double>(x.size() == 0 ? 1 : x.size() / axes.kept(x).size());
  }
  Array<T> mean(const Array<T>& x) const {
    return kernels::reduce_mean(x, axes.kept(x.shape()), count(x.shape()));
  }
  // y = x - μ. The mean is taken off in two steps: where it is large, the first rounds it.
  void centre(const Array<T>& x, Array<T>& y) const {
    const auto difference = [](auto v, auto m) { return v - m; };
    kernels::map(difference, y, x, mean(x));
    kernels::map(difference, y, y, mean(y));
  }

  void forward(const Array<T>& x, Array<T>& y) {
    if (centred) centre(x, y);
    const Array<T>& from_mean = centred ? y : x;
    deviation =
        kernels::root_mean_square(from_mean, axes.kept(x.shape()), count(x.shape()), epsilon);
    kernels::map([](auto v, auto s) { return v / s; }, y, from_mean, deviation);
  }
  // The deviation is written in x here, so that it can be differentiated.
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    if (x.size() == 0) return;
    const auto mean_of = [&](const Var<T>& v) { return engram::mean(v, axes, true); };
    // As in `centre`; what is taken off first is a constant, which leaves the derivative as it is.
    const auto from_mean = [&](const Var<T>& v) {
      const Var<T> near = v - x.tape().constant(mean(v.value()));
      return near - mean_of(near);
    };
    const Var<T> spread = root_mean_square(centred ? from_mean(x) : x, axes, true, epsilon);
    const Var<T> from = centred ? dy - mean_of(dy) : dy;
    const Var<T> along = kernels::chain(mean_of(kernels::chain(dy, y)), y);
    dx += kernels::chain(from - along, 1 / spread);
  }
  void backward(const Array<T>& x, const Array<T>& y, const Array<T>& dy, Into<Array<T>> dx) const {
    const Shape kept = axes.kept(x.shape());
    const double n = count(x.shape());
    Array<T> shift = centred ? mean(dy) : Array<T>(kept);
    Array<T> along = Array<T>::uninitialized(kept, x.pool());
    kernels::sum_to(
        [](auto u, auto r) { return kernels::strong_product(u, r); }, x.shape(), kept,
        [n, to = along.edit()](Index at, double sum) { to[at] = static_cast<T>(sum / n); }, dy, y);
    dx.in_place([&](T* target, T beta) {
      kernels::map_add(
          [](auto u, auto r, auto m, auto a, auto s) {
            const auto d = u - m - kernels::chain(a, r);
            return select(d == decltype(d)(0), d, d / s);
          },
          y.shape(), y.shape(), target, beta, dy, y, shift, along, deviation);
    });
  }
};

// x̂ of `gain.rank()` last axes, under the shape of x.
template <class T>
Var<T> of_last_axes(const Var<T>& x, const Var<T>& gain, bool centred, double epsilon) {
  const Shape shape = x.shape(), last = gain.shape();
  const int lead = shape.rank() - last.rank();
  if (last.rank() == 0 || lead < 0 || shape.axes(lead, shape.rank()) != last) {
    fail("x ", shape, " and gain ", last, "; need the gain of the last axes of x");
  }
  const Var<T> rows = reshape(x, Shape{shape.axes(0, lead).size(), last.size()});
  const Var<T> y = record(Standardize<T>{{-1}, centred, epsilon}, rows);
  return reshape(y, shape);
}

}  // namespace

template <class T>
Var<T> standardize(const Var<T>& x, const Axes& axes, double epsilon, Site site) {
  return record(Standardize<T>{axes, true, epsilon}, site, x);
}

template <class T>
Var<T> layer_norm(const Var<T>& x, const Var<T>& gain, const Var<T>& bias, double epsilon,
                  Site site) {
  return within("layer_norm", x, site, [&] {
    if (bias.shape() != gain.shape()) {
      fail("gain ", gain.shape(), " and bias ", bias.shape(), "; need one shape");
    }
    const Var<T> y = of_last_axes(x, gain, true, epsilon);
    return y * gain + bias;
  });
}

template <class T>
Var<T> rms_norm(const Var<T>& x, const Var<T>& gain, double epsilon, Site site) {
  return within("rms_norm", x, site, [&] { return of_last_axes(x, gain, false, epsilon) * gain; });
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
