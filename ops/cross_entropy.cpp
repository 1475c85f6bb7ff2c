#include "engram/ops/cross_entropy.hpp"

#include "engram/ops/reduce_kernels.hpp"
#include "engram/ops/softmax.hpp"

namespace engram {
namespace {

template <class T>
struct CrossEntropy {
  static constexpr auto name = "cross_entropy";
  Indices targets;
  CrossEntropyOptions options;
  Index counted = 0;  // targets that are not ignored
  Array<T> totals{};  // ln Σ exp x of each row, [..., 1]

  bool ignores(Index i) const {
    return options.ignore_index && targets[i] == *options.ignore_index;
  }
  T weight() const {
    return options.reduction == Reduction::mean ? T{1} / static_cast<T>(counted) : T{1};
  }

  Shape shape(const Shape& x) {
    if (x.rank() == 0 || x.without(x.rank() - 1) != targets.shape()) {
      fail("logits ", x, " and targets ", targets.shape(),
           "; the logits need the targets' axes and one more, the classes");
    }
    for (Index i = 0; i < targets.size(); ++i) {
      if (ignores(i)) continue;
      if (targets[i] < 0 || targets[i] >= x.extent(-1)) {
        fail("target ", targets[i], " at position ", i, " is no class; need 0 <= target < ",
             x.extent(-1), options.ignore_index ? " or the ignored index" : "");
      }
      ++counted;
    }
    if (counted == 0 && options.reduction == Reduction::mean) {
      fail("a mean over no targets (of ", targets.size(), ", all ignored); use Reduction::sum");
    }
    return {};
  }

  void forward(const Array<T>& x, Array<T>& y) {
    totals = kernels::reduce_logsumexp(x, x.shape().with(-1, 1));
    const Index classes = x.extent(-1);
    double loss = 0;  // many small losses: a float sum would lose digits
    for (Index i = 0; i < targets.size(); ++i) {
      if (!ignores(i)) loss += totals[i] - x[i * classes + targets[i]];
    }
    *y.edit() = static_cast<T>(loss) * weight();
  }

  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<T> dx) const {
    const Index classes = x.extent(-1);
    Array<T> onehot(x.shape()), weights(totals.shape());
    for (Index i = 0; i < targets.size(); ++i) {
      if (ignores(i)) continue;
      onehot.edit()[i * classes + targets[i]] = 1;
      weights.edit()[i] = weight();
    }
    Tape<T>& tape = x.tape();
    dx += (softmax(x) - tape.constant(onehot)) * (dy * tape.constant(weights));
  }

  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<T> dx) const {
    using Batch = kernels::Batch<T>;
    const Index classes = x.extent(-1);
    const T upstream = dy.item() * weight();
    dx.in_place([&](T* target, T beta) {
      for (Index i = 0; i < targets.size(); ++i) {
        const kernels::Operand<T> logits(x.data() + i * classes, 1);
        T* to = target + i * classes;
        if (ignores(i)) {
          if (beta == 0) std::fill_n(to, classes, T{0});
          continue;
        }
        const Batch total(totals[i]), scale(upstream);
        for (Index k = 0; k < classes; k += kernels::kLanes<T>) {
          const Index count = std::min(kernels::kLanes<T>, classes - k);
          Batch value = scale * exp(logits.load(k, count) - total);
          if (beta != 0) value += kernels::Operand<T>(to, 1).load(k, count);
          kernels::store<T>(value, to + k, count);
        }
        to[targets[i]] -= upstream;
      }
    });
  }
};

}  // namespace

template <class T>
Var<T> cross_entropy(const Var<T>& logits, const Indices& targets,
                     const CrossEntropyOptions& options, Site site) {
  return record(CrossEntropy<T>{targets, options}, site, logits);
}

template Var<float> cross_entropy(const Var<float>&, const Indices&, const CrossEntropyOptions&,
                                  Site);
template Var<double> cross_entropy(const Var<double>&, const Indices&, const CrossEntropyOptions&,
                                   Site);

}  // namespace engram
