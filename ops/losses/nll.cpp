#include "engram/ops/losses/nll.hpp"

#include "engram/core/within.hpp"
#include "engram/ops/losses/class_targets.hpp"
#include "engram/ops/losses/row_losses.hpp"

namespace engram {
namespace {

template <class T>
struct Nll {
  static constexpr auto name = "nll";
  static constexpr std::uint8_t needs = 0;
  kernels::ClassTargets<T> labels;

  Shape shape(const Shape& x) {
    labels.check(x);
    return {};
  }

  void forward(const Array<T>& x, Array<T>& y) const {
    Totals<double, 1> loss;
    each(x.shape(), [&](Index at, double share) {
      const double term = share * static_cast<double>(x[at]);
      loss.add(&term, 0, 1);
    });
    *y.edit() = static_cast<T>(-loss[0] * labels.weight());
  }

  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    Array<T> slopes(x.shape());
    each(x.shape(), [&, to = slopes.edit()](Index at, double share) {
      to[at] = static_cast<T>(-share * labels.weight());
    });
    dx += dy * x.tape().constant(slopes);
  }

  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    const double slope = -static_cast<double>(dy.item()) * labels.weight();
    each(x.shape(), [&, to = dx.accumulator()](Index at, double share) {
      to[at] += static_cast<T>(slope * share);
    });
  }

 private:
  // Calls `f` with the place of every target among the log-probabilities, and what it counts for.
  template <class F>
  void each(const Shape& x, const F& f) const {
    for (Index i = 0; i < labels.targets.size(); ++i) {
      if (!labels.is_mute(i)) f(i * x.extent(-1) + labels.targets[i], labels.label_share(i));
    }
  }
};

}  // namespace

template <class T>
Var<T> nll(const Var<T>& x, const Indices& targets, const CrossEntropyOptions& options, Site site) {
  return within("nll", x, site, [&] {
    if (options.label_smoothing != 0) {
      fail("label_smoothing ", options.label_smoothing, "; only cross_entropy smooths");
    }
    const auto [rows, last] = kernels::classes_last(x, targets, options);
    if (options.reduction != Reduction::none) return record(Nll<T>{{targets, last}}, site, rows);
    return kernels::row_losses<T>({targets, last}, rows, false);
  });
}

template Var<float> nll(const Var<float>&, const Indices&, const CrossEntropyOptions&, Site);
template Var<double> nll(const Var<double>&, const Indices&, const CrossEntropyOptions&, Site);

}  // namespace engram
