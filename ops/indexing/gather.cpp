#include "engram/ops/indexing/gather.hpp"

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/indexing/places.hpp"

namespace engram {

template <class T>
Var<T> gather(const Var<T>& x, int axis, const Indices& index, Site site) {
  return within("gather", x, site,
                [&] { return take(x, kernels::numbers(x.shape(), axis, index)); });
}

template <class T>
Var<T> scatter_add(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                   Site site) {
  return within("scatter_add", x, site, [&] {
    const Indices to = kernels::numbers(x.shape(), axis, index);
    const Var<T> added = kernels::indexed_part(source, index.shape());
    return x + put(added, to, x.shape());
  });
}

template Var<float> gather(const Var<float>&, int, const Indices&, Site);
template Var<double> gather(const Var<double>&, int, const Indices&, Site);
template Var<float> scatter_add(const Var<float>&, int, const Indices&, const Var<float>&, Site);
template Var<double> scatter_add(const Var<double>&, int, const Indices&, const Var<double>&, Site);

}  // namespace engram
