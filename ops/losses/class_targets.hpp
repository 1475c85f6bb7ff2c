// ClassTargets: the class labels of a cross-entropy, and what they say about its logits.
#pragma once

#include <cmath>

#include "engram/core/record.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/masked.hpp"
#include "engram/ops/losses/cross_entropy.hpp"
#include "engram/ops/reductions/softmax.hpp"
#include "engram/ops/reductions/softmax_kernels.hpp"

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
  /// Whether row i has no influence: it is ignored, or weighs 0.
  bool is_mute(Index i) const {
    return ignores(i) || (options.label_smoothing == 0 && weighs_nothing(targets[i]));
  }
  bool smooths() const { return spread.size() > 0; }
  /// What every row counts for.
  double weight() const { return options.reduction == Reduction::mean ? 1 / counted : 1; }
  /// What row i, which is not ignored, gives its target alone.
  double label_share(Index i) const {
    return (1 - options.label_smoothing) * class_weight(targets[i]);
  }
  /// What it gives all classes together.
  double mass(Index i) const { return label_share(i) + spread_sum; }
  /// The loss of row i, whose logits have `normalizer`, but for what `spread` adds; `logit` is the
  /// target's. Both are taken from the shift: they may be large and near each other.
  double loss(Index i, const Normalizer<T>& normalizer, T logit) const {
    const double share = label_share(i);
    const double below = static_cast<double>(logit) - static_cast<double>(normalizer.shift);
    return mass(i) * std::log(normalizer.sum) - (share == 0 ? 0 : share * below);
  }
  /// The derivative of that by the target's logit, times `upstream`: where all is the target's it
  /// is 0 but for what the sum has of the others, which rounding 1 - p would lose.
  T slope(Index i, const Normalizer<T>& normalizer, T logit, double upstream) const {
    const double e = std::exp(logit - normalizer.shift);
    const double part = mass(i) * e - label_share(i) * normalizer.sum;
    return static_cast<T>(upstream * (part / normalizer.sum));
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

  /// x [..., k] with zeros in the rows that have no influence: they must not meet others in a
  /// product, where 0 times NaN is NaN.
  Var<T> heard(const Var<T>& x, Site site = Site::current()) const {
    const Shape shape = x.shape();
    if (shape.rank() == 0 || shape.without(shape.rank() - 1) != targets.shape())
      return x;  // `check` will say so
    Array<T> mute(shape.with(-1, 1));
    bool any = false;
    for (Index i = 0; i < targets.size(); ++i) {
      if (!is_mute(i)) continue;
      mute.edit()[i] = 1;
      any = true;
    }
    return any ? masked_fill(x, x.tape().constant(mute, site), 0, site) : x;
  }

  /// The derivative by the logits: (softmax(logits) mass - q) dy weight; 0 where ignored, whatever
  /// the logits.
  Var<T> derivative(const Var<T>& logits, const Var<T>& dy) const {
    const Shape shape = logits.shape();
    const Index classes = shape.extent(-1);
    Array<T> q(shape), masses(shape.with(-1, 1));
    for (Index i = 0; i < targets.size(); ++i) {
      if (is_mute(i)) continue;
      T* row = q.edit() + i * classes;
      std::copy_n(spread.data(), spread.size(), row);
      row[targets[i]] += static_cast<T>(label_share(i));
      masses.edit()[i] = static_cast<T>(mass(i));
    }
    Tape<T>& tape = logits.tape();
    const Var<T> share = softmax(heard(logits)) * tape.constant(masses) - tape.constant(q);
    return heard(share * (dy * static_cast<T>(weight())));
  }

 private:
  bool weighs_nothing(std::int32_t c) const {
    return c >= 0 && c < options.class_weights.size() && options.class_weights[c] == 0;
  }
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
