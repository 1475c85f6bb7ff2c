#include "engram/ops/networks/unfold.hpp"

#include <algorithm>

#include "engram/core/record.hpp"

namespace engram {
namespace {

// For an element of a window: the windows [first, last) in which it lies on the axis, and where it
// lies in window 0.
struct Reach {
  Index first, last, offset;

  Reach(const WindowAxis& axis, Index element, Index extent, Index count)
      : offset(element * axis.dilation - axis.before) {
    const auto windows_below = [&](Index limit) {  // how many have the element below the limit
      const Index distance = limit - offset;
      return distance <= 0 ? 0 : std::min(count, (distance - 1) / axis.stride + 1);
    };
    first = windows_below(0);
    last = windows_below(extent);
  }
};

// Calls run(place in x, place in the unfolded x, length) for each stretch of elements that lie
// side by side there, and a stride apart in x.
template <class Run>
void each_run(const Shape& x, const Windows& windows, const Run& run) {
  const auto& [rows, columns] = windows;
  const Index height = x[2], width = x[3];
  const Index down = rows.count(height), across = columns.count(width);
  Index to = 0;
  for (Index image = 0; image < x[0] * x[1]; ++image) {
    for (Index i = 0; i < rows.size; ++i) {
      const Reach vertical(rows, i, height, down);
      for (Index j = 0; j < columns.size; ++j, to += down * across) {
        const Reach horizontal(columns, j, width, across);
        const Index length = horizontal.last - horizontal.first;
        const Index first = horizontal.first * columns.stride + horizontal.offset;
        for (Index r = vertical.first; length > 0 && r < vertical.last; ++r) {
          const Index row = image * height + r * rows.stride + vertical.offset;
          run(row * width + first, to + r * across + horizontal.first, length);
        }
      }
    }
  }
}

Shape unfolded(const Shape& x, const Windows& windows) {
  const auto& [rows, columns] = windows;
  const Shape count{rows.count(x[2]), columns.count(x[3])};  // throws where a product overflows
  return {x[0], Shape{x[1], rows.size, columns.size}.size(), count.size()};
}

struct Unfold {
  static constexpr auto name = "unfold";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  Windows windows;
  double padding;

  Shape shape(const Shape& x) const {
    if (x.rank() != 4) fail("x ", x, "; need [B, C, H, W]");
    return unfolded(x, windows);
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    T* target = y.edit();
    std::fill_n(target, y.size(), static_cast<T>(padding));
    const Index stride = windows.columns.stride;
    each_run(x.shape(), windows, [&](Index from, Index to, Index length) {
      for (Index k = 0; k < length; ++k) target[to + k] = x[from + k * stride];
    });
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += fold(dy, windows, x.extent(2), x.extent(3));
  }
};

// With other numbers than zeros around x it is no longer linear in x.
struct UnfoldPadded : Unfold {
  static constexpr bool linear = false;
};

struct Fold {
  static constexpr auto name = "fold";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  Windows windows;
  Index height, width;

  Shape shape(const Shape& x) const {
    const Index count = Shape{windows.rows.count(height), windows.columns.count(width)}.size();
    const Index size = windows.rows.size * windows.columns.size;
    if (x.rank() != 3 || x[1] % size != 0 || x[2] != count) {
      fail("x ", x, " for [", height, ",", width, "]; need [B, C ", size, ", ", count,
           "], the elements of each window and the windows");
    }
    return {x[0], x[1] / size, height, width};
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    T* target = y.edit();
    std::fill_n(target, y.size(), T{0});
    const Index stride = windows.columns.stride;
    each_run(y.shape(), windows, [&](Index to, Index from, Index length) {
      for (Index k = 0; k < length; ++k) target[to + k * stride] += x[from + k];
    });
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += unfold(dy, windows);
  }
};

}  // namespace

Index WindowAxis::count(Index extent) const {
  const bool is_small = std::max({size, stride, dilation, before, after, extent}) <= kMaxExtent;
  if (size < 1 || stride < 1 || dilation < 1 || before < 0 || after < 0 || !is_small) {
    fail("windows of size ", size, ", stride ", stride, ", dilation ", dilation, ", padding ",
         before, " and ", after, "; need 1 or more, paddings of 0 or more, and at most ",
         kMaxExtent);
  }
  const Index span = dilation * (size - 1) + 1, padded = extent + before + after;
  if (padded < span) {
    fail("a window of ", size, " (dilation ", dilation, ") spans ", span, " of ", padded,
         " elements (", before, " + ", extent, " + ", after, "); need at least as many");
  }
  return (padded - span) / stride + 1;
}

template <class T>
Var<T> unfold(const Var<T>& x, const Windows& windows, double padding, Site site) {
  const Unfold op{windows, padding};
  return padding == 0 ? record(op, site, x) : record(UnfoldPadded{op}, site, x);
}
template <class T>
Var<T> fold(const Var<T>& x, const Windows& windows, Index height, Index width, Site site) {
  return record(Fold{windows, height, width}, site, x);
}

template Var<float> unfold(const Var<float>&, const Windows&, double, Site);
template Var<double> unfold(const Var<double>&, const Windows&, double, Site);
template Var<float> fold(const Var<float>&, const Windows&, Index, Index, Site);
template Var<double> fold(const Var<double>&, const Windows&, Index, Index, Site);

}  // namespace engram
