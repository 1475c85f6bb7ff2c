#include "engram/ops/shapes/flip.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/index_select.hpp"

namespace engram {
namespace {

// The entries along an axis in the order source(0), source(1), ...
template <class T, class Source>
Var<T> reordered(const Var<T>& x, int axis, const Source& source) {
  Indices index = Indices::uninitialized({x.extent(axis)});
  for (Index i = 0; i < index.size(); ++i) index.edit()[i] = static_cast<std::int32_t>(source(i));
  return index_select(x, axis, index, 0);
}

}  // namespace

template <class T>
Var<T> flip(const Var<T>& x, const Axes& axes, Site site) {
  return within("flip", x, site, [&] {
    const Shape shape = x.shape(), kept = axes.kept(shape);
    Var<T> y = x;
    for (int k = 0; k < shape.rank(); ++k) {
      if (kept[k] == shape[k]) continue;  // not named, or of one entry
      y = reordered(y, k, [&](Index i) { return shape[k] - 1 - i; });
    }
    return y;
  });
}

template <class T>
Var<T> roll(const Var<T>& x, Index shift, int axis, Site site) {
  return within("roll", x, site, [&] {
    const Index n = x.extent(axis);
    return reordered(x, axis, [&](Index i) { return ((i - shift % n) % n + n) % n; });
  });
}

template Var<float> flip(const Var<float>&, const Axes&, Site);
template Var<double> flip(const Var<double>&, const Axes&, Site);
template Var<float> roll(const Var<float>&, Index, int, Site);
template Var<double> roll(const Var<double>&, Index, int, Site);

}  // namespace engram
