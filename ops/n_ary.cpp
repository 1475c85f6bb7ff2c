#include "engram/ops/n_ary.hpp"

#include "engram/core/tape.hpp"
#include "engram/ops/broadcast_to.hpp"
#include "engram/ops/concat.hpp"
#include "engram/ops/reduce.hpp"

namespace engram {
namespace {

// All along a new first axis, broadcast to one shape.
template <class T>
Var<T> together(std::span<const Var<T>> xs, const Site& site) {
  if (xs.empty()) fail("no inputs; need at least one");
  Shape shape = xs[0].shape();
  for (const Var<T>& x : xs.subspan(1)) shape = broadcast(shape, x.shape());
  std::vector<Var<T>, PoolAllocator<Var<T>>> all{PoolAllocator<Var<T>>(xs[0].tape().pool())};
  for (const Var<T>& x : xs) {
    all.push_back(x.shape() == shape ? x : broadcast_to(x, shape, site));
  }
  return stack(std::span<const Var<T>>(all), 0, site);
}

}  // namespace

template <class T>
Var<T> maximum(std::span<const Var<T>> xs, Site site) {
  return within("maximum", site, [&] {
    const Var<T> all = together(xs, site);
    return all.size() == 0 ? sum(all, {0}, false, site) : max(all, {0}, false, site);
  });
}
template <class T>
Var<T> minimum(std::span<const Var<T>> xs, Site site) {
  return within("minimum", site, [&] {
    const Var<T> all = together(xs, site);
    return all.size() == 0 ? sum(all, {0}, false, site) : min(all, {0}, false, site);
  });
}
template <class T>
Var<T> mean(std::span<const Var<T>> xs, Site site) {
  return within("mean", site, [&] {
    const Var<T> all = together(xs, site);
    return all.size() == 0 ? sum(all, {0}, false, site) : mean(all, {0}, false, site);
  });
}

template Var<float> maximum(std::span<const Var<float>>, Site);
template Var<double> maximum(std::span<const Var<double>>, Site);
template Var<float> minimum(std::span<const Var<float>>, Site);
template Var<double> minimum(std::span<const Var<double>>, Site);
template Var<float> mean(std::span<const Var<float>>, Site);
template Var<double> mean(std::span<const Var<double>>, Site);

}  // namespace engram
