// ClassTargets: the class labels of a cross-entropy, and what they say about its logits.
#pragma once

#include <cmath>

#include "engram/core/record.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/cross_entropy.hpp"
#include "engram/ops/masked.hpp"
#include "engram/ops/softmax.hpp"

namespace engram::kernels {

/// The loss of row i is mass(i) ln Σ exp x - label_share(i) x_target - Σ_v spread[v] x_v, times
/// `weight()`: see `cross_entropy`, whose q is made of these.
template <class T>
struct ClassTargets {
  Indices targets;
  CrossEntropyOptions options;
  Array<T> spread{};      ///< what every row gives each class, [V]; empty without smoothing
  double spread_sum = 0;  ///< Σ_v spread[v]
  Index predictions = 0;  ///< targets that are not ignored
  double counted = 0;     ///< the sum of their weights: what the mean divides by

  bool ignores(Index i) const {
    return options.ignore_index && targets[i] == *options.ignore_index;
  }
  bool smooths() const { return spread.size() > 0; }
  /// What every row counts for.
  T weight() const {
    return options.reduction == Reduction::mean ? T{1} / static_cast<T>(counted) : T{1};
  }
  /// What row i, which is not ignored, gives its target alone.
  T label_share(Index i) const {
    return static_cast<T>((1 - options.label_smoothing) * class_weight(targets[i]));
  }
  /// What it gives all classes together.
  T mass(Index i) const {
    return static_cast<T>((1 - options.label_smoothing) * class_weight(targets[i]) + spread_sum);
  }

  /// Throws `Error` for logits of shape `x` that do not fit, targets that are no class, smoothing
  /// and weights that make no sense, and a mean over none.
  void check(const Shape& x) {
    if (x.rank() == 0 || x.without(x.rank() - 1) != targets.shape()) {
      fail("logits ", x, " and targets ", targets.shape(),
           "; the logits need the targets' axes and one more, the classes");
    }
    if (options.axis != -1) {
      fail("axis ", options.axis, "; only cross_entropy and nll have classes elsewhere than last");
    }
    check_options(x.extent(-1));
    for (Index i = 0; i < targets.size(); ++i) {
      if (ignores(i)) continue;
      if (targets[i] < 0 || targets[i] >= x.extent(-1)) {
        fail("target ", targets[i], " at position ", i, " is no class; need 0 <= target < ",
             x.extent(-1), options.ignore_index ? " or the ignored index" : "");
      }
      ++predictions;
      counted += class_weight(targets[i]);
    }
    if (options.reduction != Reduction::mean) return;
    if (predictions == 0) {
      fail("a mean over no targets (of ", targets.size(), ", all ignored); use Reduction::sum");
    }
    if (counted == 0) fail("the class weights of all targets are 0; use Reduction::sum");
  }

  /// The derivative by the logits: (softmax(logits) mass - q) dy weight; 0 where ignored.
  Var<T> derivative(const Var<T>& logits, const Var<T>& dy) const {
    const Shape shape = logits.shape();
    const Index classes = shape.extent(-1);
    Array<T> q(shape), masses(shape.with(-1, 1)), ignored(shape.with(-1, 1));
    for (Index i = 0; i < targets.size(); ++i) {
      if (ignores(i)) {
        ignored.edit()[i] = 1;
        continue;
      }
      T* row = q.edit() + i * classes;
      std::copy_n(spread.data(), spread.size(), row);
      row[targets[i]] += label_share(i);
      masses.edit()[i] = mass(i);
    }
    Tape<T>& tape = logits.tape();
    const Var<T> share = softmax(logits) * tape.constant(masses) - tape.constant(q);
    const Var<T> slope = share * (dy * weight());
    return options.ignore_index ? masked_fill(slope, tape.constant(ignored), 0) : slope;
  }

 private:
  double class_weight(std::int32_t c) const {
    return options.class_weights.size() > 0 ? options.class_weights[c] : 1.0;
  }

  void check_options(Index classes) {
    const Array<double>& w = options.class_weights;
    if (w.size() > 0 && w.shape() != Shape{classes}) {
      fail("class_weights ", w.shape(), " for ", classes, " classes; need [", classes, "]");
    }
    for (Index v = 0; v < w.size(); ++v) {
      if (!(w[v] >= 0) || std::isinf(w[v])) {
        fail("class_weights has ", w[v], " for class ", v, "; need finite numbers, 0 or more");
      }
    }
    const double smoothing = options.label_smoothing;
    if (!(smoothing >= 0 && smoothing <= 1)) {
      fail("label_smoothing ", smoothing, "; need 0 <= label_smoothing <= 1");
    }
    if (smoothing == 0) return;
    spread = Array<T>(Shape{classes});
    for (Index v = 0; v < classes; ++v) {
      const double share =
          smoothing / static_cast<double>(classes) * class_weight(static_cast<std::int32_t>(v));
      spread.edit()[v] = static_cast<T>(share);
      spread_sum += share;
    }
  }
};

}  // namespace engram::kernels
