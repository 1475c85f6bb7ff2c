#include "engram/ops/networks/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/gather.hpp"
#include "engram/ops/networks/unfold.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// The windows along one axis of x, and how far its paddings go.
struct PoolAxis {
  WindowAxis windows;
  Index extent, before, after;

  Index count() const { return windows.count(extent); }
  // How many places of window k are in [low, high) of the axis.
  Index places(Index k, Index low, Index high) const {
    Index out = 0;
    for (Index i = 0; i < windows.size; ++i) {
      const Index at = k * windows.stride - before + i * windows.dilation;
      out += at >= low && at < high ? 1 : 0;
    }
    return out;
  }
  Index in_x(Index k) const { return places(k, 0, extent); }
  Index in_padded(Index k) const { return places(k, -before, extent + after); }
};

PoolAxis axis(Index window, Index stride, Index before, Index after, Index dilation, bool ceil,
              Index extent) {
  WindowAxis windows{window, stride == 0 ? window : stride, before, after, dilation};
  const Index span = dilation * (window - 1) + 1, padded = extent + before + after;
  if (2 * std::max(before, after) > span) {
    fail("padding ", std::max(before, after), " for a window of ", span,
         "; need at most half of it, so that no "
         "window lies outside x");
  }
  const bool sensible = window >= 1 && windows.stride >= 1 && dilation >= 1;  // or `count` says so
  if (ceil && sensible && padded - span + windows.stride > 0) {
    Index count = (padded - span + windows.stride - 1) / windows.stride + 1;
    if ((count - 1) * windows.stride >= extent + before) --count;  // would begin beyond x
    windows.after = std::max(after, (count - 1) * windows.stride + span - extent - before);
  }
  const PoolAxis out{windows, extent, before, after};
  for (Index k = 0; k < out.count(); ++k) {
    if (out.in_x(k) == 0) {
      fail("window ", k, " of ", out.count(), " has no element of the ", extent,
           " there are; need less dilation or padding");
    }
  }
  return out;
}

struct PoolAxes {
  PoolAxis rows, columns;
  Windows windows() const { return {rows.windows, columns.windows}; }
};

PoolAxes axes_of(const Pool2dOptions& options, const Shape& x) {
  if (x.rank() != 4) fail("x ", x, "; need [B, C, H, W]");
  const auto& [window, stride, padding, counted, dilation, ceil, other] = options;
  const HeightWidth after = other.value_or(padding);
  return {
      axis(window.height, stride.height, padding.height, after.height, dilation.height, ceil, x[2]),
      axis(window.width, stride.width, padding.width, after.width, dilation.width, ceil, x[3])};
}

// reduce(x [B, C, places, windows], axis of the places), under the shape [B, C, H', W'].
template <class T, class Reduce>
Var<T> pooled(const Var<T>& x, const PoolAxes& axes, double padding, const Reduce& reduce) {
  const Var<T> all = unfold(x, axes.windows(), padding);
  const Shape shape = x.shape();
  const Index size = axes.rows.windows.size * axes.columns.windows.size;
  const Var<T> y = reduce(reshape(all, Shape{shape[0], shape[1], size, all.extent(2)}), 2);
  return reshape(y, Shape{shape[0], shape[1], axes.rows.count(), axes.columns.count()});
}

template <class T>
Var<T> largest(const Var<T>& x, const Pool2dOptions& options) {
  const auto reduce = [&](const Var<T>& v, int k) { return max(v, {k}, false); };
  return pooled(x, axes_of(options, x.shape()), -std::numeric_limits<double>::infinity(), reduce);
}

template <class T>
PooledMaxima<T> largest_and_where(const Var<T>& x, const Pool2dOptions& options) {
  const Shape shape = x.shape();
  const PoolAxes axes = axes_of(options, shape);
  const PoolAxis &rows = axes.rows, &columns = axes.columns;
  if (shape[2] * shape[3] > std::numeric_limits<std::int32_t>::max()) {
    fail("x ", shape, " has more than 2147483647 elements in a plane to number");
  }
  const Array<T> values = x.value();
  Indices where(Shape{shape[0], shape[1], rows.count(), columns.count()});
  std::int32_t* to = where.edit();
  // Calls f with the places of window k that are on the axis.
  const auto each = [](const PoolAxis& axis, Index k, const auto& f) {
    for (Index i = 0; i < axis.windows.size; ++i) {
      const Index at = k * axis.windows.stride - axis.before + i * axis.windows.dilation;
      if (at >= 0 && at < axis.extent) f(at);
    }
  };
  for (Index plane = 0; plane < shape[0] * shape[1]; ++plane) {
    const T* from = values.data() + plane * shape[2] * shape[3];
    for (Index r = 0; r < rows.count(); ++r) {
      for (Index c = 0; c < columns.count(); ++c) {
        Index best = -1;
        each(rows, r, [&](Index row) {
          each(columns, c, [&](Index column) {
            const Index at = row * shape[3] + column;
            const bool first = best < 0 || from[at] > from[best];
            if (first || (std::isnan(from[at]) && !std::isnan(from[best]))) best = at;
          });
        });
        *to++ = static_cast<std::int32_t>(best);
      }
    }
  }
  const Shape flat{shape[0], shape[1], rows.count() * columns.count()};
  const Var<T> planes = reshape(x, Shape{shape[0], shape[1], shape[2] * shape[3]});
  const Var<T> y = gather(planes, 2, where.reshaped(flat));
  return {reshape(y, where.shape()), where};
}

template <class T>
Var<T> average(const Var<T>& x, const Pool2dOptions& options) {
  const PoolAxes axes = axes_of(options, x.shape());
  return pooled(x, axes, 0, [&](const Var<T>& v, int k) {
    const auto& [rows, columns] = axes;
    const Index across = columns.count();
    Array<T> shares(Shape{v.extent(3)});
    for (Index i = 0; i < shares.size(); ++i) {
      const Index r = i / across, c = i % across;
      const Index counted = options.count_padding ? rows.in_padded(r) * columns.in_padded(c)
                                                  : rows.in_x(r) * columns.in_x(c);
      shares.edit()[i] = T{1} / static_cast<T>(counted);
    }
    return sum(v, {k}, false) * x.tape().constant(shares);
  });
}

// The options for [B, C, 1, L].
Pool2dOptions of_one_row(const Pool1dOptions& options) {
  const auto& [window, stride, padding, counted, dilation, ceil, after] = options;
  const auto both = after ? std::optional<HeightWidth>(HeightWidth(0, *after)) : std::nullopt;
  return {{1, window}, {1, stride}, {0, padding}, counted, {1, dilation}, ceil, both};
}

// x [B, C, L] as [B, C, 1, L].
template <class T>
Var<T> one_row(const Var<T>& x) {
  if (x.rank() != 3) fail("x ", x.shape(), "; need [B, C, L]");
  return reshape(x, x.shape().inserted(2, 1));
}

template <class T, class Pool>
Var<T> in_one_row(const Var<T>& x, const Pool1dOptions& options, const Pool& pool) {
  const Var<T> y = pool(one_row(x), of_one_row(options));
  return reshape(y, y.shape().without(2));
}

}  // namespace

template <class T>
Var<T> max_pool2d(const Var<T>& x, const Pool2dOptions& options, Site site) {
  return within("max_pool2d", x, site, [&] { return largest(x, options); });
}
template <class T>
Var<T> max_pool1d(const Var<T>& x, const Pool1dOptions& options, Site site) {
  return within("max_pool1d", x, site, [&] { return in_one_row(x, options, largest<T>); });
}
template <class T>
Var<T> avg_pool2d(const Var<T>& x, const Pool2dOptions& options, Site site) {
  return within("avg_pool2d", x, site, [&] { return average(x, options); });
}
template <class T>
Var<T> avg_pool1d(const Var<T>& x, const Pool1dOptions& options, Site site) {
  return within("avg_pool1d", x, site, [&] { return in_one_row(x, options, average<T>); });
}

template <class T>
PooledMaxima<T> max_pool2d_indices(const Var<T>& x, const Pool2dOptions& options, Site site) {
  return within("max_pool2d_indices", x, site, [&] { return largest_and_where(x, options); });
}
template <class T>
PooledMaxima<T> max_pool1d_indices(const Var<T>& x, const Pool1dOptions& options, Site site) {
  return within("max_pool1d_indices", x, site, [&]() -> PooledMaxima<T> {
    const auto [values, indices] = largest_and_where(one_row(x), of_one_row(options));
    const Shape shape = indices.shape().without(2);
    return {reshape(values, shape), indices.reshaped(shape)};
  });
}

template PooledMaxima<float> max_pool2d_indices(const Var<float>&, const Pool2dOptions&, Site);
template PooledMaxima<double> max_pool2d_indices(const Var<double>&, const Pool2dOptions&, Site);
template PooledMaxima<float> max_pool1d_indices(const Var<float>&, const Pool1dOptions&, Site);
template PooledMaxima<double> max_pool1d_indices(const Var<double>&, const Pool1dOptions&, Site);
template Var<float> max_pool2d(const Var<float>&, const Pool2dOptions&, Site);
template Var<double> max_pool2d(const Var<double>&, const Pool2dOptions&, Site);
template Var<float> max_pool1d(const Var<float>&, const Pool1dOptions&, Site);
template Var<double> max_pool1d(const Var<double>&, const Pool1dOptions&, Site);
template Var<float> avg_pool2d(const Var<float>&, const Pool2dOptions&, Site);
template Var<double> avg_pool2d(const Var<double>&, const Pool2dOptions&, Site);
template Var<float> avg_pool1d(const Var<float>&, const Pool1dOptions&, Site);
template Var<double> avg_pool1d(const Var<double>&, const Pool1dOptions&, Site);

}  // namespace engram
