#include "engram/ops/reductions/norm.hpp"

#include <cmath>
#include <limits>

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/abs.hpp"
#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/indexing/masked.hpp"
#include "engram/ops/reductions/reduce_kernels.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// √(Σ x² / n + ε), where n is 1 or the number of values.
struct Norm {
  static constexpr auto name = "norm";
  Axes axes;
  bool keep;
  bool is_mean = false;
  double epsilon = 0;

  Shape shape(const Shape& x) const {
    const Shape out = keep ? axes.kept(x) : axes.dropped(x);
    if (!(epsilon >= 0)) fail("epsilon = ", epsilon, "; need 0 or more");
    if (is_mean && x.size() == 0) fail("no values in ", x);
    return out;
  }
  double count(const Shape& x) const {
    return is_mean ? static_cast<double>(x.size() / axes.kept(x).size()) : 1;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Shape kept = axes.kept(x.shape());
    y = kernels::root_mean_square(x, kept, count(x.shape()), epsilon).reshaped(y.shape());
  }
  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    const Shape kept = axes.kept(x.shape());
    const Array<T> norms = y.value().reshaped(kept);
    Array<T> zeros = Array<T>::uninitialized(kept, norms.pool());
    for (Index i = 0; i < norms.size(); ++i) zeros.edit()[i] = norms[i] == 0 ? T{1} : T{0};
    const Var<T> none = x.tape().constant(std::move(zeros));
    // Divided by 1 where y = 0, so that no NaN is there for derivatives of this to meet.
    const Var<T> upstream = reshape(dy, kept) / static_cast<T>(count(x.shape()));
    dx += kernels::chain(masked_fill(upstream, none, 0), x / (reshape(y, kept) + none));
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>& y, const Array<T>& dy, Into<Array<T>> dx) const {
    const Shape kept = axes.kept(x.shape());
    const auto n = static_cast<T>(count(x.shape()));
    dx.in_place([&](T* target, T beta) {
      kernels::map_add(
          [n](auto v, auto r, auto u) {
            using B = decltype(v);
            return select(r == B(0), B(0), kernels::chain(u / n, v / r));  // v / r is at most n
          },
          x.shape(), x.shape(), target, beta, x, y.reshaped(kept), dy.reshaped(kept));
    });
  }
};

}  // namespace

template <class T>
Var<T> norm(const Var<T>& x, const Axes& axes, bool keep, double p, Site site) {
  return within("norm", x, site, [&] {
    if (p == 1) return sum(abs(x), axes, keep);
    if (p == 2) return record(Norm{axes, keep}, site, x);
    if (std::isinf(p) && p > 0) return max(abs(x), axes, keep);
    fail("p is ", p, "; need 1, 2 or infinity");
  });
}

template <class T>
Var<T> root_mean_square(const Var<T>& x, const Axes& axes, bool keep, double epsilon, Site site) {
  return within("root_mean_square", x, site, [&] {
    return record(Norm{axes, keep, true, epsilon}, site, x);
  });
}

template <class T>
Var<T> normalize(const Var<T>& x, const Axes& axes, double epsilon, double p, Site site) {
  return within("normalize", x, site, [&] {
    if (!(epsilon > 0)) fail("epsilon = ", epsilon, "; need a number above 0");
    const Var<T> size =
        clamp(norm(x, axes, true, p), static_cast<T>(epsilon), std::numeric_limits<T>::infinity());
    return x / size;
  });
}

template Var<float> norm(const Var<float>&, const Axes&, bool, double, Site);
template Var<double> norm(const Var<double>&, const Axes&, bool, double, Site);
template Var<float> normalize(const Var<float>&, const Axes&, double, double, Site);
template Var<double> normalize(const Var<double>&, const Axes&, double, double, Site);
template Var<float> root_mean_square(const Var<float>&, const Axes&, bool, double, Site);
template Var<double> root_mean_square(const Var<double>&, const Axes&, bool, double, Site);

}  // namespace engram
