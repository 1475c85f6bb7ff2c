#include "engram/ops/shapes/ranges.hpp"

#include <algorithm>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/index_select.hpp"

namespace engram {
namespace {

// The range within an axis of `extent`: the first of `count` entries that are `step` apart.
struct Entries {
  Index first, count, step;

  Entries(const Range& range, Index extent) : step(range.step) {
    if (step == 0) fail("a step of 0; need another, negative ones go backwards");
    // What lies beyond the axis is its end, which for a step back is before the first entry.
    const Index low = step > 0 ? 0 : -1, high = step > 0 ? extent : extent - 1;
    const auto bound = [&](std::optional<Index> at, Index otherwise) {
      return at ? std::clamp(*at < 0 ? *at + extent : *at, low, high) : otherwise;
    };
    first = bound(range.begin, step > 0 ? low : high);
    const Index end = bound(range.end, step > 0 ? high : low);
    step = std::clamp(step, -extent - 1, extent + 1);  // as good, and cannot overflow
    const Index back = step > 0 ? 1 : -1;
    count = std::max<Index>(0, (end - first + step - back) / step);
  }
};

}  // namespace

template <class T>
Var<T> slice(const Var<T>& x, int axis, const Range& range, Site site) {
  return within("slice", x, site, [&] {
    const Index extent = x.extent(axis);
    const Entries entries(range, extent);
    if (entries.count == extent && entries.step == 1) return x;
    if (entries.step == 1) {
      return slice(x, axis, entries.first, entries.first + entries.count);
    }
    Indices index = Indices::uninitialized({entries.count});
    for (Index i = 0; i < entries.count; ++i) {
      index.edit()[i] = static_cast<std::int32_t>(entries.first + i * entries.step);
    }
    return index_select(x, axis, index, 0);
  });
}

template <class T>
Var<T> slice(const Var<T>& x, std::span<const Range> ranges, Site site) {
  return within("slice", x, site, [&] {
    if (ranges.size() > static_cast<std::size_t>(x.rank())) {
      fail(ranges.size(), " ranges for x ", x.shape(), "; need at most one for each axis");
    }
    Var<T> y = x;
    int axis = 0;
    for (const Range& range : ranges) y = slice(y, axis++, range);
    return y;
  });
}

template Var<float> slice(const Var<float>&, int, const Range&, Site);
template Var<double> slice(const Var<double>&, int, const Range&, Site);
template Var<float> slice(const Var<float>&, std::span<const Range>, Site);
template Var<double> slice(const Var<double>&, std::span<const Range>, Site);

}  // namespace engram
