#include "engram/ops/shapes/flip.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/shapes/reshape.hpp"

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

template <class T>
Var<T> reverse_sequence(const Var<T>& x, const Indices& lengths, Site site) {
  return within("reverse_sequence", x, site, [&] {
    const Shape shape = x.shape();
    if (shape.rank() < 2) fail("x ", shape, " has no axes for time and batch; need [T, B, ...]");
    const Index steps = shape[0], batch = shape[1];
    if (lengths.shape() != Shape{batch}) {
      fail("x ", shape, " and lengths ", lengths.shape(), "; need one length for each of ", batch,
           " sequences");
    }
    for (Index b = 0; b < batch; ++b) {
      if (lengths[b] < 0 || lengths[b] > steps) {
        fail("length ", lengths[b], " at position ", b,
             " is out of range; need 0 <= length <= ", steps);
      }
    }
    Shape rows = shape.without(0).with(0, steps * batch);
    const Var<T> y = reordered(reshape(x, rows), 0, [&](Index row) {
      const Index t = row / batch, b = row % batch;
      return t < lengths[b] ? (lengths[b] - 1 - t) * batch + b : row;
    });
    return reshape(y, shape);
  });
}

template Var<float> flip(const Var<float>&, const Axes&, Site);
template Var<double> flip(const Var<double>&, const Axes&, Site);
template Var<float> roll(const Var<float>&, Index, int, Site);
template Var<double> roll(const Var<double>&, Index, int, Site);
template Var<float> reverse_sequence(const Var<float>&, const Indices&, Site);
template Var<double> reverse_sequence(const Var<double>&, const Indices&, Site);

}  // namespace engram
