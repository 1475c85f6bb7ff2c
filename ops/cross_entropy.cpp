#include "engram/ops/cross_entropy.hpp"

#include "engram/ops/class_targets.hpp"
#include "engram/ops/reduce_kernels.hpp"
#include "engram/ops/row_losses.hpp"

namespace engram {
namespace {

template <class T>
struct CrossEntropy {
  static constexpr auto name = "cross_entropy";
  kernels::ClassTargets<T> labels;
  Array<T> totals{};  // ln Σ exp x of each row, [..., 1]

  Shape shape(const Shape& x) {
    labels.check(x);
    return {};
  }

  void forward(const Array<T>& x, Array<T>& y) {
    totals = kernels::reduce_logsumexp(x, x.shape().with(-1, 1));
    const Index classes = x.extent(-1);
    double loss = 0;  // many small losses: a float sum would lose digits
    for (Index i = 0; i < totals.size(); ++i) {
      if (labels.ignores(i)) continue;
      const T* row = x.data() + i * classes;
      loss += labels.mass(i) * totals[i] - labels.label_share(i) * row[labels.targets[i]];
      if (labels.smooths()) loss -= kernels::dot_of_rows(labels.spread.data(), row, classes);
    }
    *y.edit() = static_cast<T>(loss) * labels.weight();
  }

  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<T> dx) const { dx += labels.derivative(x, dy); }

  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<T> dx) const {
    const Index classes = x.extent(-1);
    const T upstream = dy.item() * labels.weight();
    dx.in_place([&](T* target, T beta) {
      for (Index i = 0; i < totals.size(); ++i) {
        T* to = target + i * classes;
        if (labels.ignores(i)) {
          if (beta == 0) std::fill_n(to, classes, T{0});
          continue;
        }
        const T* row = x.data() + i * classes;
        kernels::scaled_exp_of_row(row, classes, totals[i], upstream * labels.mass(i), beta, to);
        to[labels.targets[i]] -= upstream * labels.label_share(i);
        if (labels.smooths()) kernels::add_row(-upstream, labels.spread.data(), classes, to);
      }
    });
  }
};

}  // namespace

template <class T>
Var<T> cross_entropy(const Var<T>& logits, const Indices& targets,
                     const CrossEntropyOptions& options, Site site) {
  return within("cross_entropy", site, [&] {
    const auto [rows, last] = kernels::classes_last(logits, targets, options, site);
    if (options.reduction != Reduction::none) {
      return record(CrossEntropy<T>{{targets, last}}, site, rows);
    }
    return kernels::row_losses<T>({targets, last}, rows, true, site);
  });
}

template Var<float> cross_entropy(const Var<float>&, const Indices&, const CrossEntropyOptions&,
                                  Site);
template Var<double> cross_entropy(const Var<double>&, const Indices&, const CrossEntropyOptions&,
                                   Site);

}  // namespace engram
