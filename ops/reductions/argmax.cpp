#include "engram/ops/reductions/argmax.hpp"

#include <cmath>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"

namespace engram {
namespace {

// Where along the axis the first value is that is better than all others. NaN is the best.
template <class T, class Better>
Indices best(const Array<T>& x, int axis, bool keep, const Better& better) {
  const Shape& shape = x.shape();
  axis = shape.axis(axis);
  const Index n = shape[axis], inner = shape.axes(axis + 1, shape.rank()).size();
  if (n == 0) fail("axis ", axis, " of x ", shape, " has no entries");
  Indices out = Indices::uninitialized(shape.without(axis));
  std::int32_t* to = out.edit();
  for (Index i = 0; i < out.size(); ++i) {
    const T* from = x.data() + i / inner * n * inner + i % inner;
    T found = *from;
    std::int32_t at = 0;
    for (Index k = 1; k < n && !std::isnan(found); ++k) {
      const T v = from[k * inner];
      if (!better(v, found) && !std::isnan(v)) continue;
      found = v;
      at = static_cast<std::int32_t>(k);
    }
    to[i] = at;
  }
  return keep ? out.reshaped(shape.with(axis, 1)) : out;
}

}  // namespace

template <class T>
Indices argmax(const Var<T>& x, int axis, bool keep, Site site) {
  return within("argmax", x, site,
                [&] { return best(x.value(), axis, keep, [](T a, T b) { return a > b; }); });
}

template <class T>
Indices argmin(const Var<T>& x, int axis, bool keep, Site site) {
  return within("argmin", x, site,
                [&] { return best(x.value(), axis, keep, [](T a, T b) { return a < b; }); });
}

template Indices argmax(const Var<float>&, int, bool, Site);
template Indices argmax(const Var<double>&, int, bool, Site);
template Indices argmin(const Var<float>&, int, bool, Site);
template Indices argmin(const Var<double>&, int, bool, Site);

}  // namespace engram
