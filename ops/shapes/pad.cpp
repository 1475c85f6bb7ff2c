#include "engram/ops/shapes/pad.hpp"

#include <algorithm>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/shapes/slice.hpp"

namespace engram {
namespace {

// Which of n entries stands at place i, where 0 is the first; i may lie before and after them.
Index source(PadMode mode, Index i, Index n) {
  if (i >= 0 && i < n) return i;
  switch (mode) {
    case PadMode::reflect:
      return i < 0 ? -i : 2 * (n - 1) - i;
    case PadMode::replicate:
      return std::clamp<Index>(i, 0, n - 1);
    case PadMode::circular:
      return (i % n + n) % n;
    default:
      return kNothing;
  }
}

void check(const Padding& padding, PadMode mode, const Shape& x, int axis) {
  const auto [before, after] = padding;
  const Index n = x.extent(axis);
  if (before < 0 || after < 0 || before > kMaxExtent || after > kMaxExtent) {
    fail("padding ", before, " before and ", after, " after axis ", axis,
         "; need 0 or more (slice takes away), and at most ", kMaxExtent);
  }
  if (mode == PadMode::constant || before + after == 0) return;
  if (n == 0) fail("axis ", axis, " of x ", x, " has no entries to copy; use PadMode::constant");
  if (mode == PadMode::reflect && std::max(before, after) >= n) {
    fail("padding ", before, " before and ", after, " after axis ", axis, " of x ", x,
         "; a reflection has at most ", n - 1);
  }
}

}  // namespace

template <class T>
Var<T> pad(const Var<T>& x, int axis, const Padding& padding, const PadOptions& options,
           Site site) {
  return within("pad", x, site, [&] {
    check(padding, options.mode, x.shape(), axis);
    const auto [before, after] = padding;
    const Index n = x.extent(axis);
    if (before + after == 0) return x;
    if (options.mode == PadMode::constant && options.value == 0) {
      return pad_to(x, axis, before, before + n + after);  // whole runs at once
    }
    Indices index = Indices::uninitialized({before + n + after});
    for (Index i = 0; i < index.size(); ++i) {
      index.edit()[i] = static_cast<std::int32_t>(source(options.mode, i - before, n));
    }
    return index_select(x, axis, index, static_cast<T>(options.value));
  });
}

template <class T>
Var<T> pad(const Var<T>& x, std::span<const Padding> paddings, const PadOptions& options,
           Site site) {
  return within("pad", x, site, [&] {
    if (paddings.size() != static_cast<std::size_t>(x.rank())) {
      fail(paddings.size(), " paddings for x ", x.shape(), "; need one for each axis");
    }
    Var<T> y = x;
    int axis = 0;
    for (const Padding& padding : paddings) y = pad(y, axis++, padding, options);
    return y;
  });
}

template Var<float> pad(const Var<float>&, int, const Padding&, const PadOptions&, Site);
template Var<double> pad(const Var<double>&, int, const Padding&, const PadOptions&, Site);
template Var<float> pad(const Var<float>&, std::span<const Padding>, const PadOptions&, Site);
template Var<double> pad(const Var<double>&, std::span<const Padding>, const PadOptions&, Site);

}  // namespace engram
