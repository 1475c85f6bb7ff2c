#include "engram/ops/reductions/reduce.hpp"

#include "engram/core/operation/accumulate.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/reductions/softmax_kernels.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// What the reductions share: the shape with the axes kept, and the one that is returned.
struct Reduction {
  Axes axes;
  bool keep;

  Shape kept(const Shape& x) const { return axes.kept(x); }
  Shape shape(const Shape& x) const { return keep ? axes.kept(x) : axes.dropped(x); }
  Shape shape_of_some(const Shape& x) const {
    if (x.size() == 0) fail("no values to reduce in ", x);
    return shape(x);
  }
};

// How many values each result is of.
double count(const Shape& x, const Shape& kept) {
  double n = 1;
  for (int k = 0; k < x.rank(); ++k) n *= kept[k] == 1 ? static_cast<double>(x[k]) : 1;
  return n;
}

// dy, a row of numbers for each result, repeated along the axes.
template <class T, class F>
void add_repeated(const F& f, const Array<T>& dy, const Shape& kept, const Shape& x,
                  Into<Array<T>>& dx) {
  const Array<T> upstream = dy.reshaped(kept);
  dx.in_place([&](T* target, T beta) { kernels::map_add(f, x, x, target, beta, upstream); });
}

struct Sum : Reduction {
  static constexpr auto name = "sum";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    add_reduced(x, kept(x.shape()), y.edit(), T{0});
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += broadcast_to(reshape(dy, kept(x.shape())), x.shape());
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    add_repeated([](auto u) { return u; }, dy, kept(x.shape()), x.shape(), dx);
  }
};

// Divided before it is rounded: the sum may be too large for T where the mean is not.
struct Mean : Reduction {
  static constexpr auto name = "mean";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;

  Shape shape(const Shape& x) const {
    const Shape out = Reduction::shape(x);
    if (x.size() == 0) fail("no values in ", x);
    return out;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Shape shape = kept(x.shape());
    y = kernels::reduce_mean(x, shape, count(x.shape(), shape)).reshaped(y.shape());
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    const Shape shape = kept(x.shape());
    const auto n = static_cast<T>(count(x.shape(), shape));
    dx += broadcast_to(reshape(dy, shape) / n, x.shape());
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    const Shape shape = kept(x.shape());
    const auto n = static_cast<T>(count(x.shape(), shape));
    add_repeated([n](auto u) { return u / n; }, dy, shape, x.shape(), dx);
  }
};

struct Max : Reduction {
  static constexpr auto name = "max";

  Shape shape(const Shape& x) const { return shape_of_some(x); }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    y = kernels::reduce_max(x, kept(x.shape())).reshaped(y.shape());
  }
  // 1 / k at each of the k values that are the largest, 0 elsewhere.
  template <class T>
  Array<T> shares(const Array<T>& x, const Array<T>& y) const {
    const Array<T> largest = y.reshaped(kept(x.shape()));
    Array<T> hits = Array<T>::uninitialized(x.shape(), x.pool());
    kernels::map(
        [](auto v, auto m) {
          return select((v == m) || (isnan(v) && isnan(m)), decltype(v)(1), decltype(v)(0));
        },
        hits, x, largest);
    const Array<T> count = kernels::reduce_sum(hits, largest.shape());
    Array<T> out = Array<T>::uninitialized(x.shape(), x.pool());
    kernels::map([](auto hit, auto k) { return hit / k; }, out, hits, count);
    return out;
  }
  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    dx += reshape(dy, kept(x.shape())) * x.tape().constant(shares(x.value(), y.value()));
  }
};

struct LogSumExp : Reduction {
  static constexpr auto name = "logsumexp";
  static constexpr std::uint8_t needs = needs_input(0);

  Shape shape(const Shape& x) const { return shape_of_some(x); }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const kernels::Normalizers<T> of(x, kept(x.shape()));
    y = of.map([](const auto& n) { return n.log(); }).reshaped(y.shape());
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += kernels::chain(reshape(dy, kept(x.shape())), softmax_over(x, axes));
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    const Shape shape = kept(x.shape());
    const kernels::Normalizers<T> of(x, shape);
    const Array<T> scale = of.map([](const auto& n) { return n.sum == 0 ? 0 : 1 / n.sum; });
    dx.in_place([&](T* target, T beta) {
      kernels::map_add(
          [](auto v, auto m, auto s, auto u) { return kernels::chain(u, exp(v - m) * s); },
          x.shape(), x.shape(), target, beta, x, of.shifts(), scale, dy.reshaped(shape));
    });
  }
};

}  // namespace

Axes::Axes(std::span<const int> axes) {
  if (axes.size() > kMaxRank) fail(axes.size(), " axes to reduce; at most ", kMaxRank, " exist");
  for (const int axis : axes) list_[static_cast<std::size_t>(count_++)] = axis;
}

Shape Axes::kept(const Shape& x) const {
  Shape out = x;
  if (count_ == 0) {
    for (int k = 0; k < x.rank(); ++k) out = out.with(k, 1);
  }
  std::uint32_t seen = 0;
  for (int i = 0; i < count_; ++i) {
    const int axis = list_[static_cast<std::size_t>(i)], k = x.axis(axis);
    if (seen >> k & 1) fail("axis ", axis, " of ", x, " is named twice");
    seen |= 1U << k;
    out = out.with(k, 1);
  }
  return out;
}

Shape Axes::dropped(const Shape& x) const {
  if (count_ == 0) return {};
  static_cast<void>(kept(x));  // validates
  std::uint32_t gone = 0;
  for (int i = 0; i < count_; ++i) gone |= 1U << x.axis(list_[static_cast<std::size_t>(i)]);
  Shape out = x;
  for (int k = x.rank() - 1; k >= 0; --k) {
    if (gone >> k & 1) out = out.without(k);
  }
  return out;
}

template <class T>
Var<T> sum(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return record(Sum{{axes, keep}}, site, x);
}

template <class T>
Var<T> mean(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return record(Mean{{axes, keep}}, site, x);
}

template <class T>
Var<T> max(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return record(Max{{axes, keep}}, site, x);
}

template <class T>
Var<T> min(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return within("min", x, site, [&] { return -max(-x, axes, keep); });
}

template <class T>
Var<T> logsumexp(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return record(LogSumExp{{axes, keep}}, site, x);
}

template Var<float> sum(const Var<float>&, const Axes&, bool, Site);
template Var<double> sum(const Var<double>&, const Axes&, bool, Site);
template Var<float> mean(const Var<float>&, const Axes&, bool, Site);
template Var<double> mean(const Var<double>&, const Axes&, bool, Site);
template Var<float> max(const Var<float>&, const Axes&, bool, Site);
template Var<double> max(const Var<double>&, const Axes&, bool, Site);
template Var<float> min(const Var<float>&, const Axes&, bool, Site);
template Var<double> min(const Var<double>&, const Axes&, bool, Site);
template Var<float> logsumexp(const Var<float>&, const Axes&, bool, Site);
template Var<double> logsumexp(const Var<double>&, const Axes&, bool, Site);

}  // namespace engram
