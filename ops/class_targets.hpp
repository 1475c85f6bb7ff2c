// ClassTargets: the class labels of a cross-entropy, and what they say about its logits.
#pragma once

#include "engram/core/record.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/cross_entropy.hpp"
#include "engram/ops/softmax.hpp"

namespace engram::kernels {

template <class T>
struct ClassTargets {
  Indices targets;
  CrossEntropyOptions options;
  Index counted = 0;  ///< targets that are not ignored

  bool ignores(Index i) const {
    return options.ignore_index && targets[i] == *options.ignore_index;
  }
  /// What each target counts for.
  T weight() const {
    return options.reduction == Reduction::mean ? T{1} / static_cast<T>(counted) : T{1};
  }

  /// Throws `Error` for logits of shape `x` that do not fit, targets that are no class, and a mean
  /// over none.
  void check(const Shape& x) {
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
  }

  /// The derivative by the logits: (softmax(logits) - onehot(targets)) dy weight.
  Var<T> derivative(const Var<T>& logits, const Var<T>& dy) const {
    const Shape shape = logits.shape();
    Array<T> onehot(shape), weights(shape.with(-1, 1));
    for (Index i = 0; i < targets.size(); ++i) {
      if (ignores(i)) continue;
      onehot.edit()[i * shape.extent(-1) + targets[i]] = 1;
      weights.edit()[i] = weight();
    }
    Tape<T>& tape = logits.tape();
    return (softmax(logits) - tape.constant(onehot)) * (dy * tape.constant(weights));
  }
};

}  // namespace engram::kernels
