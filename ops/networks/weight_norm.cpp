#include "engram/ops/networks/weight_norm.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/reductions/norm.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {

template <class T>
Var<T> weight_norm(const Var<T>& v, const Var<T>& length, int axis, Site site) {
  return within("weight_norm", v, site, [&] {
    const Shape shape = v.shape();
    const int k = shape.axis(axis);
    if (length.shape() != Shape{shape[k]}) {
      fail("length ", length.shape(), " for axis ", k, " of v ", shape, "; need [", shape[k], "]");
    }
    const Shape flat{shape.axes(0, k).size(), shape[k], shape.axes(k + 1, shape.rank()).size()};
    const Var<T> rows = reshape(v, flat);
    const Var<T> size = norm(rows, {0, 2}, true, 2);
    const Array<T> norms = size.value();
    for (Index i = 0; i < norms.size(); ++i) {
      if (norms[i] == 0) fail("entry ", i, " of axis ", k, " of v ", shape, " is all zeros");
    }
    const Var<T> lengths = reshape(length, Shape{shape[k], 1});
    return reshape(rows / size * lengths, shape);
  });
}

template Var<float> weight_norm(const Var<float>&, const Var<float>&, int, Site);
template Var<double> weight_norm(const Var<double>&, const Var<double>&, int, Site);

}  // namespace engram
