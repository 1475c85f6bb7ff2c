// Reduction: how the losses of many predictions become one number, or stay many.
#pragma once

#include "engram/ops/reductions/reduce.hpp"

namespace engram {

enum class Reduction {
  mean,
  sum,
  none,  ///< each prediction has its own: the result has their shape
};

/// Losses, one to a prediction, as `reduction` says: for losses that are made of other operations.
template <class T>
Var<T> reduced(const Var<T>& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::mean:
      return mean(losses, {}, false);
    case Reduction::sum:
      return sum(losses, {}, false);
    default:
      return losses;
  }
}

}  // namespace engram
