#include "engram/ops/reductions/sort.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/gather.hpp"

namespace engram {
namespace {

// Where along the axis the first `count` values of each line are, when all stand in order.
template <class T>
Indices in_order(const Array<T>& x, int axis, Index count, bool descending) {
  const Shape& shape = x.shape();
  axis = shape.axis(axis);
  const Index n = shape[axis], inner = shape.axes(axis + 1, shape.rank()).size();
  const Index outer = shape.axes(0, axis).size();
  Indices out = Indices::uninitialized(shape.with(axis, count));
  std::int32_t* to = out.edit();
  Array<T> memory = Array<T>::uninitialized({n}, x.pool());
  Indices numbers = Indices::uninitialized({n});
  T* line = memory.edit();
  std::int32_t* order = numbers.edit();
  const auto less = [](T a, T b) { return a < b || (std::isnan(b) && !std::isnan(a)); };
  const auto before = [&](std::int32_t i, std::int32_t j) {
    const T a = line[i], b = line[j];
    if (descending ? less(b, a) : less(a, b)) return true;
    return !(descending ? less(a, b) : less(b, a)) && i < j;  // equal: as they stood
  };
  for (Index o = 0; o < outer; ++o) {
    for (Index k = 0; k < inner; ++k) {
      const T* from = x.data() + o * n * inner + k;
      for (Index i = 0; i < n; ++i) line[i] = from[i * inner];
      std::iota(order, order + n, 0);
      if (count == n) {
        std::sort(order, order + n, before);
      } else {
        std::partial_sort(order, order + count, order + n, before);
      }
      for (Index i = 0; i < count; ++i) to[(o * count + i) * inner + k] = order[i];
    }
  }
  return out;
}

template <class T>
Sorted<T> first(const Var<T>& x, Index count, int axis, bool descending) {
  const Indices order = in_order(x.value(), axis, count, descending);
  return {gather(x, axis, order), order};
}

}  // namespace

template <class T>
Sorted<T> sort(const Var<T>& x, int axis, bool descending, Site site) {
  return within("sort", x, site, [&] { return first(x, x.extent(axis), axis, descending); });
}

template <class T>
Sorted<T> topk(const Var<T>& x, Index count, int axis, bool largest, Site site) {
  return within("topk", x, site, [&] {
    if (count < 0 || count > x.extent(axis)) {
      fail("the first ", count, " of axis ", axis, " of x ", x.shape(),
           "; need 0 <= count <= ", x.extent(axis));
    }
    return first(x, count, axis, largest);
  });
}

template Sorted<float> sort(const Var<float>&, int, bool, Site);
template Sorted<double> sort(const Var<double>&, int, bool, Site);
template Sorted<float> topk(const Var<float>&, Index, int, bool, Site);
template Sorted<double> topk(const Var<double>&, Index, int, bool, Site);

}  // namespace engram
