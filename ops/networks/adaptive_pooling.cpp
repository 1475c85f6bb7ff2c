#include "engram/ops/networks/adaptive_pooling.hpp"

#include <algorithm>
#include <limits>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// The windows along an axis: the numbers of their entries, [windows, most entries of one].
struct AdaptiveWindows {
  Indices entries;
  std::vector<Index> sizes;

  AdaptiveWindows(Index extent, Index count) {
    if (count < 1) fail("a size of ", count, "; need 1 or more");
    if (extent < 1) fail("an axis of ", extent, " entries; need 1 or more");
    Index most = 0;
    for (Index i = 0; i < count; ++i) {
      sizes.push_back(end(i, extent, count) - begin(i, extent, count));
      most = std::max(most, sizes.back());
    }
    entries = Indices::full({count, most}, kNothing);
    for (Index i = 0; i < count; ++i) {
      for (Index k = 0; k < sizes[static_cast<std::size_t>(i)]; ++k) {
        entries.edit()[i * most + k] = static_cast<std::int32_t>(begin(i, extent, count) + k);
      }
    }
  }

 private:
  static Index begin(Index i, Index extent, Index count) { return i * extent / count; }
  static Index end(Index i, Index extent, Index count) {
    return ((i + 1) * extent + count - 1) / count;
  }
};

// x [B, C, H, W] as windows [B, C, H', rows, W', columns], with `fill` where a window has fewer.
template <class T>
Var<T> windows_of(const Var<T>& x, const AdaptiveWindows& rows, const AdaptiveWindows& columns,
                  T fill) {
  return index_select(index_select(x, 2, rows.entries, fill), 4, columns.entries, fill);
}

template <class T>
Var<T> average(const Var<T>& x, HeightWidth size) {
  if (x.rank() != 4) fail("x ", x.shape(), "; need [B, C, H, W]");
  const AdaptiveWindows rows(x.extent(2), size.height), columns(x.extent(3), size.width);
  Array<T> shares(Shape{size.height, size.width});
  for (Index i = 0; i < shares.size(); ++i) {
    const Index n = rows.sizes[static_cast<std::size_t>(i / size.width)] *
                    columns.sizes[static_cast<std::size_t>(i % size.width)];
    shares.edit()[i] = T{1} / static_cast<T>(n);
  }
  const Var<T> total = sum(windows_of(x, rows, columns, T{0}), {3, 5}, false);
  return total * x.tape().constant(std::move(shares));
}

template <class T>
Var<T> largest(const Var<T>& x, HeightWidth size) {
  if (x.rank() != 4) fail("x ", x.shape(), "; need [B, C, H, W]");
  const AdaptiveWindows rows(x.extent(2), size.height), columns(x.extent(3), size.width);
  constexpr T kNever = -std::numeric_limits<T>::infinity();
  return max(windows_of(x, rows, columns, kNever), {3, 5}, false);
}

// A pooling of [B, C, L] as one of [B, C, 1, L].
template <class T, class Pool>
Var<T> in_one_row(const Var<T>& x, Index size, const Pool& pool) {
  if (x.rank() != 3) fail("x ", x.shape(), "; need [B, C, L]");
  const Var<T> y = pool(reshape(x, x.shape().inserted(2, 1)), {1, size});
  return reshape(y, y.shape().without(2));
}

// reduce(x [B, C, positions]) over the last axis.
template <class T, class Reduce>
Var<T> over_positions(const Var<T>& x, const Reduce& reduce) {
  const Shape shape = x.shape();
  if (shape.rank() < 2) fail("x ", shape, "; need [B, C, ...]");
  const Index positions = shape.axes(2, shape.rank()).size();
  return reduce(reshape(x, Shape{shape[0], shape[1], positions}));
}

}  // namespace

template <class T>
Var<T> adaptive_avg_pool2d(const Var<T>& x, HeightWidth size, Site site) {
  return within("adaptive_avg_pool2d", x, site, [&] { return average(x, size); });
}
template <class T>
Var<T> adaptive_avg_pool1d(const Var<T>& x, Index size, Site site) {
  return within("adaptive_avg_pool1d", x, site, [&] { return in_one_row(x, size, average<T>); });
}
template <class T>
Var<T> adaptive_max_pool2d(const Var<T>& x, HeightWidth size, Site site) {
  return within("adaptive_max_pool2d", x, site, [&] { return largest(x, size); });
}
template <class T>
Var<T> adaptive_max_pool1d(const Var<T>& x, Index size, Site site) {
  return within("adaptive_max_pool1d", x, site, [&] { return in_one_row(x, size, largest<T>); });
}
template <class T>
Var<T> global_avg_pool(const Var<T>& x, Site site) {
  return within("global_avg_pool", x, site, [&] {
    return over_positions(x, [&](const Var<T>& v) { return mean(v, {2}, false); });
  });
}
template <class T>
Var<T> global_max_pool(const Var<T>& x, Site site) {
  return within("global_max_pool", x, site, [&] {
    return over_positions(x, [&](const Var<T>& v) { return max(v, {2}, false); });
  });
}

template Var<float> adaptive_avg_pool2d(const Var<float>&, HeightWidth, Site);
template Var<double> adaptive_avg_pool2d(const Var<double>&, HeightWidth, Site);
template Var<float> adaptive_avg_pool1d(const Var<float>&, Index, Site);
template Var<double> adaptive_avg_pool1d(const Var<double>&, Index, Site);
template Var<float> adaptive_max_pool2d(const Var<float>&, HeightWidth, Site);
template Var<double> adaptive_max_pool2d(const Var<double>&, HeightWidth, Site);
template Var<float> adaptive_max_pool1d(const Var<float>&, Index, Site);
template Var<double> adaptive_max_pool1d(const Var<double>&, Index, Site);
template Var<float> global_avg_pool(const Var<float>&, Site);
template Var<double> global_avg_pool(const Var<double>&, Site);
template Var<float> global_max_pool(const Var<float>&, Site);
template Var<double> global_max_pool(const Var<double>&, Site);

}  // namespace engram
