// What cross_entropy and nll are made of when their classes are not last, or each row is to have a
// loss of its own.
#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/losses/class_targets.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/transpose.hpp"

namespace engram::kernels {

/// The logits with their classes last, and the options that then hold. Throws `Error` when the axis
/// is not there, or the others are not those of the targets.
template <class T>
std::pair<Var<T>, CrossEntropyOptions> classes_last(const Var<T>& logits, const Indices& targets,
                                                    CrossEntropyOptions options) {
  const Shape shape = logits.shape();
  const int given = std::exchange(options.axis, -1);
  if (given == -1) return {logits, options};
  const int axis = shape.axis(given);
  if (shape.without(axis) != targets.shape()) {
    fail("logits ", shape, " with the classes on axis ", given, " and targets ", targets.shape(),
         "; need the other axes of the logits");
  }
  std::vector<int> order;
  for (int k = 0; k < shape.rank(); ++k) {
    if (k != axis) order.push_back(k);
  }
  order.push_back(axis);
  return {transpose(logits, order), options};
}

/// The loss of every row of x, 0 where its target is ignored: -q ln p, with ln p = x, or its
/// log_softmax for `logits`. What stands in a row that is ignored, or beside a q of 0, has no
/// influence.
template <class T>
Var<T> row_losses(ClassTargets<T> labels, const Var<T>& x, bool logits) {
  labels.check(x.shape());
  const Index classes = x.extent(-1), rows = labels.targets.size();
  Indices place = Indices::uninitialized(labels.targets.shape());
  Array<T> share(place.shape()), ignored(x.shape().with(-1, 1));
  if (x.size() > (std::numeric_limits<std::int32_t>::max)()) {
    fail("logits ", x.shape(), " have more than 2147483647 elements to number; take fewer rows");
  }
  for (Index i = 0; i < rows; ++i) {
    const bool counts = !labels.is_mute(i) && labels.label_share(i) != 0;
    place.edit()[i] =
        counts ? static_cast<std::int32_t>(i * classes + labels.targets[i]) : kNothing;
    share.edit()[i] = counts ? static_cast<T>(-labels.label_share(i)) : T{0};
    ignored.edit()[i] = labels.is_mute(i) ? T{1} : T{0};
  }
  Tape<T>& tape = x.tape();
  const Var<T> nothing = tape.constant(std::move(ignored));
  const Var<T> seen = labels.heard(x);
  const Var<T> log_p = logits ? log_softmax(seen, -1) : seen;
  const Var<T> own = take(log_p, place) * tape.constant(share);
  if (!labels.smooths()) return own;
  Array<T> weightless(labels.spread.shape());
  for (Index v = 0; v < classes; ++v) weightless.edit()[v] = labels.spread[v] == 0 ? T{1} : T{0};
  const Var<T> spread = tape.constant(labels.spread);
  const Var<T> chosen = masked_fill(log_p, tape.constant(std::move(weightless)), 0);
  const Var<T> others = sum(masked_fill(chosen * spread, nothing, 0), {-1}, false);
  return own - others;
}

}  // namespace engram::kernels
