#include "engram/ops/losses/sampled_cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/gather_rows.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/losses/class_targets.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/concat.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

void check_class(const char* what, const Indices& classes, Index i, Index count) {
  if (classes[i] < 0 || classes[i] >= count) {
    fail(what, " ", classes[i], " at position ", i, " is no class; need 0 <= ", what, " < ", count);
  }
}

void check(const Shape& x, const Shape& w, const Shape& b, const Indices& targets,
           const Candidates& candidates, const CrossEntropyOptions& options) {
  if (x.rank() == 0 || w.rank() != 2 || x.extent(-1) != w[1] || b != Shape{w[0]}) {
    fail("x ", x, " . w ", w, "ᵀ + b ", b, "; need x [..., k], w [V, k] and b [V]");
  }
  if (x.without(x.rank() - 1) != targets.shape()) {
    fail("x ", x, " and targets ", targets.shape(), "; x needs the targets' axes and one more");
  }
  const auto& [classes, counts] = candidates;
  if (classes.rank() != 1 || classes.size() == 0 || counts.shape() != classes.shape()) {
    fail("candidates ", classes.shape(), " and expected_counts ", counts.shape(),
         "; need [S] twice, S > 0");
  }
  for (Index s = 0; s < classes.size(); ++s) {
    check_class("candidate", classes, s, w[0]);
    if (!(counts[s] > 0)) {
      fail("expected_counts[", s, "] is ", counts[s], "; need more than 0, as it was drawn");
    }
  }
  if (options.axis != -1) fail("axis ", options.axis, "; the classes are in w");
  if (options.label_smoothing != 0 || options.class_weights.size() > 0) {
    fail("label smoothing and class weights need all classes; use affine_cross_entropy");
  }
  for (Index i = 0; i < targets.size(); ++i) {
    if (options.ignore_index && targets[i] == *options.ignore_index) continue;
    check_class("target", targets, i, w[0]);
  }
}

void check_count(Index count) {
  if (count < 1) fail(count, " candidates; need at least one");
}

}  // namespace

Candidates log_uniform_candidates(Index classes, Index count, Random& random) {
  check_count(count);
  if (classes < 1) fail("candidates of ", classes, " classes; need at least one");
  Candidates out{Indices({count}), Array<double>({count})};
  const double range = std::log(static_cast<double>(classes) + 1);
  for (Index s = 0; s < count; ++s) {
    const auto drawn = static_cast<Index>(std::exp(random.uniform() * range)) - 1;
    const Index c = std::clamp<Index>(drawn, 0, classes - 1);
    out.classes.edit()[s] = static_cast<std::int32_t>(c);
    out.expected_counts.edit()[s] =
        static_cast<double>(count) * std::log1p(1 / (static_cast<double>(c) + 1)) / range;
  }
  return out;
}

UnigramCandidates::UnigramCandidates(std::span<const double> weights) {
  double sum = 0;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    if (!(weights[c] >= 0) || std::isinf(weights[c])) {
      fail("the weight of class ", c, " is ", weights[c], "; need a finite number, 0 or more");
    }
    sums_.push_back(sum += weights[c]);
  }
  if (!(sum > 0) || std::isinf(sum)) {
    fail("the weights of ", weights.size(), " classes sum to ", sum,
         "; need a finite number above 0");
  }
}

Candidates UnigramCandidates::draw(Index count, Random& random) const {
  check_count(count);
  Candidates out{Indices({count}), Array<double>({count})};
  const Between<double> mark(0, sums_.back());
  for (Index s = 0; s < count; ++s) {
    const auto at = std::upper_bound(sums_.begin(), sums_.end(), mark(random.uniform()));
    const auto c = static_cast<std::size_t>(at - sums_.begin());
    out.classes.edit()[s] = static_cast<std::int32_t>(c);
    const double weight = sums_[c] - (c > 0 ? sums_[c - 1] : 0);
    out.expected_counts.edit()[s] = static_cast<double>(count) * weight / sums_.back();
  }
  return out;
}

template <class T>
Var<T> sampled_cross_entropy(const Var<T>& x, const Var<T>& w, const Var<T>& b,
                             const Indices& targets, const Candidates& candidates,
                             const CrossEntropyOptions& options, Site site) {
  return within("sampled_cross_entropy", x, site, [&] {
    check(x.shape(), w.shape(), b.shape(), targets, candidates, options);
    Tape<T>& tape = x.tape();
    const Index count = targets.size(), samples = candidates.classes.size();
    // The target stands first, so that its class is 0; a candidate that is the target counts once.
    constexpr std::int32_t kIgnored = -1;
    Indices own({count}), label({count});
    Array<T> correction({count, samples});
    for (Index i = 0; i < count; ++i) {
      const bool ignored = options.ignore_index && targets[i] == *options.ignore_index;
      own.edit()[i] = ignored ? 0 : targets[i];
      label.edit()[i] = ignored ? kIgnored : 0;
      for (Index s = 0; s < samples; ++s) {
        correction.edit()[i * samples + s] =
            !ignored && candidates.classes[s] == targets[i]
                ? -std::numeric_limits<T>::infinity()
                : static_cast<T>(-std::log(candidates.expected_counts[s]));
      }
    }
    const kernels::ClassTargets<T> labels{targets, options};
    const Var<T> rows = reshape(labels.heard(x), {count, x.extent(-1)});
    const Var<T> target_logit =
        sum(rows * gather_rows(w, own), {1}, true) + reshape(gather_rows(b, own), {count, 1});
    const Var<T> others = matmul(rows, gather_rows(w, candidates.classes), {.b = true}) +
                          gather_rows(b, candidates.classes);
    const Var<T> logits = concat({target_logit, others + tape.constant(std::move(correction))}, 1);
    const Var<T> y =
        cross_entropy(logits, label, {.reduction = options.reduction, .ignore_index = kIgnored});
    return options.reduction == Reduction::none ? reshape(y, targets.shape()) : y;
  });
}

template Var<float> sampled_cross_entropy(const Var<float>&, const Var<float>&, const Var<float>&,
                                          const Indices&, const Candidates&,
                                          const CrossEntropyOptions&, Site);
template Var<double> sampled_cross_entropy(const Var<double>&, const Var<double>&,
                                           const Var<double>&, const Indices&, const Candidates&,
                                           const CrossEntropyOptions&, Site);

}  // namespace engram
