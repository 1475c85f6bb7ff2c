#include "engram/ops/losses/adaptive_cross_entropy.hpp"

#include <algorithm>
#include <vector>

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/gather_rows.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/losses/affine_cross_entropy.hpp"
#include "engram/ops/reductions/softmax.hpp"
#include "engram/ops/shapes/concat.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/slice.hpp"

namespace engram {
namespace {

constexpr std::int32_t kIgnored = -1;

// The number of classes. Throws `Error` when the readout does not fit itself or `x`.
template <class T>
Index check(const Shape& x, const AdaptiveReadout<T>& readout) {
  const auto& [cutoffs, w, b, tails] = readout;
  if (cutoffs.empty() || cutoffs.size() != tails.size()) {
    fail(cutoffs.size(), " cutoffs and ", tails.size(),
         " tails; need one cutoff for each tail, and at least one");
  }
  if (x.rank() == 0) fail("x is a scalar; need [..., k]");
  const Index k = x.extent(-1), head = cutoffs[0] + static_cast<Index>(tails.size());
  if (w.shape() != Shape{k, head} || b.shape() != Shape{head}) {
    fail("head w ", w.shape(), " and b ", b.shape(), " for x ", x, " and cutoff ", cutoffs[0],
         "; need [", k, ", ", head, "] and [", head, "]");
  }
  for (std::size_t i = 0; i < tails.size(); ++i) {
    const Shape p = tails[i].projection.shape(), v = tails[i].w.shape();
    if (p.rank() != 2 || p[0] != k || v.rank() != 2 || v[0] != p[1] || v[1] == 0 ||
        tails[i].b.shape() != Shape{v[1]}) {
      fail("tail ", i, ": projection ", p, ", w ", v, " and b ", tails[i].b.shape(), " for x ", x,
           "; need [k, d], [d, n] and [n]");
    }
    const Index begin = cutoffs[i];
    const Index end = i + 1 < tails.size() ? cutoffs[i + 1] : begin + v[1];
    if (begin <= 0 || end - begin != v[1]) {
      fail("tail ", i, " has ", v[1], " classes, from cutoff ", begin, " to ", end,
           "; need ascending cutoffs above 0 as far apart");
    }
  }
  return cutoffs.back() + tails.back().w.extent(1);
}

// The rows whose targets are in one cluster, and the targets counted from its first.
struct Members {
  using Numbers = std::vector<std::int32_t, PoolAllocator<std::int32_t>>;
  Numbers rows, targets;
};

// Which rows meet which weights.
struct Parts {
  Indices head;  ///< of each row: the class in the head, or `kIgnored`
  std::vector<Members, PoolAllocator<Members>> tails;  ///< of each tail
  Index counted = 0;                                   ///< targets that are not ignored
};

Parts parts_of(std::span<const Index> cutoffs, Index classes, const Indices& targets,
               const CrossEntropyOptions& options) {
  Parts parts{Indices({targets.size()}), {}};
  parts.tails.resize(cutoffs.size());
  for (Index i = 0; i < targets.size(); ++i) {
    std::int32_t& head = parts.head.edit()[i];
    const std::int32_t target = targets[i];
    if (options.ignore_index && target == *options.ignore_index) {
      head = kIgnored;
      continue;
    }
    if (target < 0 || target >= classes) {
      fail("target ", target, " at position ", i, " is no class; need 0 <= target < ", classes,
           options.ignore_index ? " or the ignored index" : "");
    }
    ++parts.counted;
    const auto above = std::upper_bound(cutoffs.begin(), cutoffs.end(), Index{target});
    if (above == cutoffs.begin()) {
      head = target;
      continue;
    }
    const auto cluster = above - cutoffs.begin() - 1;
    head = static_cast<std::int32_t>(cutoffs[0] + cluster);
    Members& members = parts.tails[static_cast<std::size_t>(cluster)];
    members.rows.push_back(static_cast<std::int32_t>(i));
    members.targets.push_back(
        static_cast<std::int32_t>(target - cutoffs[static_cast<std::size_t>(cluster)]));
  }
  return parts;
}

void check_loss(const Shape& x, const Indices& targets, const CrossEntropyOptions& options) {
  if (x.without(x.rank() - 1) != targets.shape()) {
    fail("x ", x, " and targets ", targets.shape(), "; x needs the targets' axes and one more");
  }
  if (options.axis != -1) fail("axis ", options.axis, "; the classes are in the readout");
  if (options.label_smoothing != 0 || options.class_weights.size() > 0) {
    fail("label smoothing and class weights need all classes; use cross_entropy of ",
         "adaptive_log_softmax");
  }
}

template <class T>
Var<T> rows_of(const Var<T>& x) {
  return reshape(x, {x.shape().without(x.rank() - 1).size(), x.extent(-1)});
}

}  // namespace

template <class T>
Var<T> adaptive_cross_entropy(const Var<T>& x, const AdaptiveReadout<T>& readout,
                              const Indices& targets, const CrossEntropyOptions& options,
                              Site site) {
  return within("adaptive_cross_entropy", x, site, [&] {
    const Index classes = check(x.shape(), readout);
    check_loss(x.shape(), targets, options);
    const Parts parts = parts_of(readout.cutoffs, classes, targets, options);
    if (parts.counted == 0 && options.reduction == Reduction::mean) {
      fail("a mean over no targets (of ", targets.size(), ", all ignored); use Reduction::sum");
    }
    const bool apart = options.reduction == Reduction::none;
    const CrossEntropyOptions sum{.reduction = apart ? Reduction::none : Reduction::sum,
                                  .ignore_index = kIgnored};
    const Var<T> rows = rows_of(x);
    Var<T> loss = affine_cross_entropy(rows, readout.w, readout.b, parts.head, sum, false);
    for (std::size_t k = 0; k < parts.tails.size(); ++k) {
      const Members& members = parts.tails[k];
      const auto& [projection, w, b] = readout.tails[k];
      if (members.rows.empty()) continue;
      const Shape shape{static_cast<Index>(members.rows.size())};
      const Var<T> some = gather_rows(rows, Indices(shape, members.rows));
      const Var<T> inside = affine_cross_entropy(matmul(some, projection, {}), w, b,
                                                 Indices(shape, members.targets), sum, false);
      loss = loss +
             (apart ? scatter_rows(inside, Indices(shape, members.rows), targets.size()) : inside);
    }
    if (apart) return reshape(loss, targets.shape());
    if (options.reduction == Reduction::sum) return loss;
    return loss * (T{1} / static_cast<T>(parts.counted));
  });
}

template <class T>
Var<T> adaptive_log_softmax(const Var<T>& x, const AdaptiveReadout<T>& readout, Site site) {
  return within("adaptive_log_softmax", x, site, [&] {
    const Index classes = check(x.shape(), readout);
    const Var<T> rows = rows_of(x);
    const Var<T> head = log_softmax(affine(rows, readout.w, readout.b), -1);
    const Index first = readout.cutoffs[0];
    std::vector<Var<T>, PoolAllocator<Var<T>>> all{PoolAllocator<Var<T>>(x.tape().pool())};
    all.push_back(slice(head, 1, 0, first));
    for (std::size_t k = 0; k < readout.tails.size(); ++k) {
      const auto& [projection, w, b] = readout.tails[k];
      const auto at = first + static_cast<Index>(k);
      const Var<T> inside = affine(matmul(rows, projection, {}), w, b);
      all.push_back(log_softmax(inside, -1) + slice(head, 1, at, at + 1));
    }
    return reshape(concat(std::span<const Var<T>>(all), 1), x.shape().with(-1, classes));
  });
}

template Var<float> adaptive_cross_entropy(const Var<float>&, const AdaptiveReadout<float>&,
                                           const Indices&, const CrossEntropyOptions&, Site);
template Var<double> adaptive_cross_entropy(const Var<double>&, const AdaptiveReadout<double>&,
                                            const Indices&, const CrossEntropyOptions&, Site);
template Var<float> adaptive_log_softmax(const Var<float>&, const AdaptiveReadout<float>&, Site);
template Var<double> adaptive_log_softmax(const Var<double>&, const AdaptiveReadout<double>&, Site);

}  // namespace engram
