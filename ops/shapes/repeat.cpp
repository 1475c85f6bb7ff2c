#include "engram/ops/shapes/repeat.hpp"

#include <algorithm>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/shapes/broadcast_to.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// x as [outer, inner], each of whose rows is repeated: [outer, times, inner].
template <class T>
Var<T> repeated(const Var<T>& x, Index outer, Index inner, Index times) {
  if (times < 0) fail(times, " times; need 0 or more");
  return broadcast_to(reshape(x, Shape{outer, 1, inner}), Shape{outer, times, inner});
}

}  // namespace

template <class T>
Var<T> repeat(const Var<T>& x, Index times, int axis, Site site) {
  return within("repeat", x, site, [&] {
    const Shape shape = x.shape();
    const int k = shape.axis(axis);
    const Index inner = shape.axes(k + 1, shape.rank()).size();
    const Index outer = shape.axes(0, k + 1).size();
    const Var<T> y = repeated(x, outer, inner, times);
    return reshape(y, shape.with(k, shape[k] * times));
  });
}

template <class T>
Var<T> repeat(const Var<T>& x, const Indices& times, int axis, Site site) {
  return within("repeat", x, site, [&] {
    const Index n = x.extent(axis);
    if (times.shape() != Shape{n}) {
      fail("times ", times.shape(), " for axis ", axis, " of x ", x.shape(),
           "; need one number for each of its ", n, " entries");
    }
    Index total = 0;
    for (Index i = 0; i < n; ++i) {
      if (times[i] < 0) fail(times[i], " times at position ", i, "; need 0 or more");
      total += times[i];
    }
    Indices index = Indices::uninitialized({total});
    std::int32_t* to = index.edit();
    for (Index i = 0; i < n; ++i) to = std::fill_n(to, times[i], static_cast<std::int32_t>(i));
    return index_select(x, axis, index, 0);
  });
}

template <class T>
Var<T> tile(const Var<T>& x, std::span<const Index> times, Site site) {
  return within("tile", x, site, [&] {
    Shape shape = x.shape();
    while (shape.rank() < static_cast<int>(times.size())) shape = shape.inserted(0, 1);
    Var<T> y = x;
    int k = shape.rank() - static_cast<int>(times.size());
    for (const Index n : times) {
      if (n != 1) {
        const Index outer = shape.axes(0, k).size();
        const Index inner = shape.axes(k, shape.rank()).size();
        y = repeated(y, outer, inner, n);
        shape = shape.with(k, shape[k] * n);
      }
      ++k;
    }
    return reshape(y, shape);
  });
}

template Var<float> repeat(const Var<float>&, Index, int, Site);
template Var<double> repeat(const Var<double>&, Index, int, Site);
template Var<float> repeat(const Var<float>&, const Indices&, int, Site);
template Var<double> repeat(const Var<double>&, const Indices&, int, Site);
template Var<float> tile(const Var<float>&, std::span<const Index>, Site);
template Var<double> tile(const Var<double>&, std::span<const Index>, Site);

}  // namespace engram
