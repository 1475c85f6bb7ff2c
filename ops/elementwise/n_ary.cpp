#include "engram/ops/elementwise/n_ary.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/broadcast_to.hpp"
#include "engram/ops/shapes/concat.hpp"

namespace engram {
namespace {

// All along a new first axis, broadcast to one shape.
template <class T>
Var<T> together(std::span<const Var<T>> xs) {
  if (xs.empty()) fail("no inputs; need at least one");
  Shape shape = xs[0].shape();
  for (const Var<T>& x : xs.subspan(1)) shape = broadcast(shape, x.shape());
  std::vector<Var<T>, PoolAllocator<Var<T>>> all{PoolAllocator<Var<T>>(xs[0].tape().pool())};
  for (const Var<T>& x : xs) {
    all.push_back(x.shape() == shape ? x : broadcast_to(x, shape));
  }
  return stack(std::span<const Var<T>>(all), 0);
}

}  // namespace

template <class T>
Var<T> maximum(std::span<const Var<T>> xs, Site site) {
  return within("maximum", xs, site, [&] {
    const Var<T> all = together(xs);
    return all.size() == 0 ? sum(all, {0}, false) : max(all, {0}, false);
  });
}
template <class T>
Var<T> minimum(std::span<const Var<T>> xs, Site site) {
  return within("minimum", xs, site, [&] {
    const Var<T> all = together(xs);
    return all.size() == 0 ? sum(all, {0}, false) : min(all, {0}, false);
  });
}
template <class T>
Var<T> mean(std::span<const Var<T>> xs, Site site) {
  return within("mean", xs, site, [&] {
    const Var<T> all = together(xs);
    return all.size() == 0 ? sum(all, {0}, false) : mean(all, {0}, false);
  });
}

template Var<float> maximum(std::span<const Var<float>>, Site);
template Var<double> maximum(std::span<const Var<double>>, Site);
template Var<float> minimum(std::span<const Var<float>>, Site);
template Var<double> minimum(std::span<const Var<double>>, Site);
template Var<float> mean(std::span<const Var<float>>, Site);
template Var<double> mean(std::span<const Var<double>>, Site);

}  // namespace engram
