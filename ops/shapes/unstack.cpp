#include "engram/ops/shapes/unstack.hpp"

#include <algorithm>

#include "engram/core/within.hpp"
#include "engram/ops/shapes/slice.hpp"
#include "engram/ops/shapes/slice_kernels.hpp"

namespace engram {

template <class T>
PooledVars<T> unstack(const Var<T>& x, int axis, Site site) {
  return within("unstack", x, site, [&] {
    const Index count = x.extent(axis);
    const Index part = kernels::parts_at_once(count);
    PooledVars<T> out{PoolAllocator<Var<T>>(x.tape().pool())};
    out.reserve(static_cast<std::size_t>(count));
    for (Index begin = 0; begin < count; begin += part) {
      const Index end = std::min(begin + part, count);
      const Var<T> some = part < count ? slice(x, axis, begin, end) : x;
      for (Index k = 0; k < end - begin; ++k) out.push_back(select(some, axis, k));
    }
    return out;
  });
}

template PooledVars<float> unstack(const Var<float>&, int, Site);
template PooledVars<double> unstack(const Var<double>&, int, Site);

}  // namespace engram
