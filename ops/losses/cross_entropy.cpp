#include "engram/ops/losses/cross_entropy.hpp"

#include "engram/core/within.hpp"
#include "engram/ops/losses/class_targets.hpp"
#include "engram/ops/losses/row_losses.hpp"
#include "engram/ops/reductions/softmax_kernels.hpp"

namespace engram {
namespace {

template <class T>
struct CrossEntropy {
  static constexpr auto name = "cross_entropy";
  static constexpr std::uint8_t needs = needs_input(0);
  kernels::ClassTargets<T> labels;
  kernels::Normalizers<T> normalizers{};  // of each row

  Shape shape(const Shape& x) {
    labels.check(x);
    return {};
  }

  void forward(const Array<T>& x, Array<T>& y) {
    const Index classes = x.extent(-1);
    normalizers = {labels.targets.size(), x.pool()};
    Totals<double, 1> loss;
    for (Index i = 0; i < labels.targets.size(); ++i) {
      if (labels.is_mute(i)) continue;
      const T* row = x.data() + i * classes;
      const auto normalizer = kernels::normalizer_of_row(row, classes);
      normalizers.set(i, normalizer);
      double of_row = labels.loss(i, normalizer, row[labels.targets[i]]);
      if (labels.smooths()) {
        of_row -=
            kernels::weighted_sum_of_row(labels.spread.data(), row, normalizer.shift, classes);
      }
      loss.add(&of_row, 0, 1);
    }
    *y.edit() = static_cast<T>(loss[0] * labels.weight());
  }

  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += labels.derivative(x, dy);
  }

  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    const Index classes = x.extent(-1);
    const double upstream = static_cast<double>(dy.item()) * labels.weight();
    dx.in_place([&](T* target, T beta) {
      for (Index i = 0; i < labels.targets.size(); ++i) {
        T* to = target + i * classes;
        if (labels.is_mute(i)) {
          if (beta == 0) std::fill_n(to, classes, T{0});
          continue;
        }
        const T* row = x.data() + i * classes;
        const auto normalizer = normalizers[i];
        const auto scale = static_cast<T>(upstream * labels.mass(i) / normalizer.sum);
        const Index label = labels.targets[i];
        const T before = beta == 0 ? T{0} : to[label];
        kernels::scaled_exp_of_row(row, classes, normalizer.shift, scale, beta, to);
        to[label] = before + labels.slope(i, normalizer, row[label], upstream);
        if (labels.smooths()) {
          kernels::add_row(static_cast<T>(-upstream), labels.spread.data(), classes, to);
        }
      }
    });
  }
};

}  // namespace

template <class T>
Var<T> cross_entropy(const Var<T>& logits, const Indices& targets,
                     const CrossEntropyOptions& options, Site site) {
  return within("cross_entropy", logits, site, [&] {
    const auto [rows, last] = kernels::classes_last(logits, targets, options);
    if (options.reduction != Reduction::none) {
      return record(CrossEntropy<T>{{targets, last}}, site, rows);
    }
    return kernels::row_losses<T>({targets, last}, rows, true);
  });
}

template Var<float> cross_entropy(const Var<float>&, const Indices&, const CrossEntropyOptions&,
                                  Site);
template Var<double> cross_entropy(const Var<double>&, const Indices&, const CrossEntropyOptions&,
                                   Site);

}  // namespace engram
