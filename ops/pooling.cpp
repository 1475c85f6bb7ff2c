#include "engram/ops/pooling.hpp"

#include <algorithm>
#include <limits>

#include "engram/core/tape.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/composed.hpp"
#include "engram/ops/reduce.hpp"
#include "engram/ops/reshape.hpp"
#include "engram/ops/unfold.hpp"

namespace engram {
namespace {

WindowAxis axis(Index window, Index stride, Index padding) {
  if (2 * padding > window) {
    fail("padding ", padding, " for a window of ", window,
         "; need at most half of it, so that no "
         "window lies outside x");
  }
  return {window, stride == 0 ? window : stride, padding, padding};
}

Windows windows_of(const Pool2dOptions& options) {
  const auto& [window, stride, padding, counted] = options;
  return {axis(window.height, stride.height, padding.height),
          axis(window.width, stride.width, padding.width)};
}

// How many places of window k are on the axis.
Index places(const WindowAxis& axis, Index k, Index extent) {
  const Index begin = k * axis.stride - axis.before;
  return std::min(begin + axis.size, extent) - std::max<Index>(begin, 0);
}

// reduce(x [B, C, places, windows], axis of the places), under the shape [B, C, H', W'].
template <class T, class Reduce>
Var<T> pooled(const Var<T>& x, const Windows& windows, double padding, const Site& site,
              const Reduce& reduce) {
  if (x.rank() != 4) fail("x ", x.shape(), "; need [B, C, H, W]");
  const Var<T> all = unfold(x, windows, padding, site);
  const Shape shape = x.shape();
  const Index size = windows.rows.size * windows.columns.size;
  const Var<T> y = reduce(reshape(all, Shape{shape[0], shape[1], size, all.extent(2)}, site), 2);
  return reshape(
      y, Shape{shape[0], shape[1], windows.rows.count(shape[2]), windows.columns.count(shape[3])},
      site);
}

template <class T>
Var<T> largest(const Var<T>& x, const Pool2dOptions& options, const Site& site) {
  const auto reduce = [&](const Var<T>& v, int k) { return max(v, {k}, false, site); };
  return pooled(x, windows_of(options), -std::numeric_limits<double>::infinity(), site, reduce);
}

template <class T>
Var<T> average(const Var<T>& x, const Pool2dOptions& options, const Site& site) {
  const Windows windows = windows_of(options);
  return pooled(x, windows, 0, site, [&](const Var<T>& v, int k) {
    const Index height = x.extent(2), width = x.extent(3);
    const Index across = windows.columns.count(width);
    Array<T> shares(Shape{v.extent(3)});
    for (Index i = 0; i < shares.size(); ++i) {
      const Index counted =
          places(windows.rows, i / across, height) * places(windows.columns, i % across, width);
      shares.edit()[i] = T{1} / static_cast<T>(options.count_padding ? v.extent(k) : counted);
    }
    return mul(sum(v, {k}, false, site), x.tape().constant(shares, site), site);
  });
}

// A pooling of [B, C, L] as one of [B, C, 1, L].
template <class T, class Pool>
Var<T> in_one_row(const Var<T>& x, const Pool1dOptions& options, const Site& site,
                  const Pool& pool) {
  if (x.rank() != 3) fail("x ", x.shape(), "; need [B, C, L]");
  const auto& [window, stride, padding, counted] = options;
  const Var<T> y = pool(reshape(x, x.shape().inserted(2, 1), site),
                        Pool2dOptions{{1, window}, {1, stride}, {0, padding}, counted}, site);
  return reshape(y, y.shape().without(2), site);
}

}  // namespace

template <class T>
Var<T> max_pool2d(const Var<T>& x, const Pool2dOptions& options, Site site) {
  return composed("max_pool2d", site, [&] { return largest(x, options, site); });
}
template <class T>
Var<T> max_pool1d(const Var<T>& x, const Pool1dOptions& options, Site site) {
  return composed("max_pool1d", site, [&] { return in_one_row(x, options, site, largest<T>); });
}
template <class T>
Var<T> avg_pool2d(const Var<T>& x, const Pool2dOptions& options, Site site) {
  return composed("avg_pool2d", site, [&] { return average(x, options, site); });
}
template <class T>
Var<T> avg_pool1d(const Var<T>& x, const Pool1dOptions& options, Site site) {
  return composed("avg_pool1d", site, [&] { return in_one_row(x, options, site, average<T>); });
}

template Var<float> max_pool2d(const Var<float>&, const Pool2dOptions&, Site);
template Var<double> max_pool2d(const Var<double>&, const Pool2dOptions&, Site);
template Var<float> max_pool1d(const Var<float>&, const Pool1dOptions&, Site);
template Var<double> max_pool1d(const Var<double>&, const Pool1dOptions&, Site);
template Var<float> avg_pool2d(const Var<float>&, const Pool2dOptions&, Site);
template Var<double> avg_pool2d(const Var<double>&, const Pool2dOptions&, Site);
template Var<float> avg_pool1d(const Var<float>&, const Pool1dOptions&, Site);
template Var<double> avg_pool1d(const Var<double>&, const Pool1dOptions&, Site);

}  // namespace engram
