#include "engram/ops/indexing/gather_nd.hpp"

#include <limits>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/gather_rows.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// `shape` with its first `count` axes made one.
Shape with_rows(const Shape& shape, int count) {
  return shape.axes(count, shape.rank()).inserted(0, shape.axes(0, count).size());
}

// The row-major numbers along the first axes of `shape` that the coordinates stand for.
Indices rows_of(const Shape& shape, const Indices& index) {
  const Index count = index.rank() > 0 ? index.extent(-1) : 0;
  if (count < 1 || count > shape.rank()) {
    fail("index ", index.shape(), " for ", shape,
         "; its last axis has the coordinates of one "
         "element, 1 to ",
         shape.rank());
  }
  if (with_rows(shape, static_cast<int>(count))[0] > std::numeric_limits<std::int32_t>::max()) {
    fail(shape, " has more than 2147483647 rows to number along its first ", count, " axes");
  }
  Indices out(index.shape().without(-1));
  for (Index i = 0; i < index.size(); ++i) {
    const int axis = static_cast<int>(i % count);
    if (index[i] < 0 || index[i] >= shape[axis]) {
      fail("coordinate ", index[i], " of entry ", i / count, " is outside axis ", axis, " of ",
           shape, "; need 0 <= coordinate < ", shape[axis]);
    }
    std::int32_t& row = out.edit()[i / count];
    row = static_cast<std::int32_t>(row * shape[axis] + index[i]);
  }
  return out;
}

}  // namespace

template <class T>
Var<T> gather_nd(const Var<T>& x, const Indices& index, Site site) {
  return within("gather_nd", x, site, [&] {
    const Indices rows = rows_of(x.shape(), index);
    const int count = static_cast<int>(index.extent(-1));
    return gather_rows(reshape(x, with_rows(x.shape(), count)), rows);
  });
}

template <class T>
Var<T> scatter_nd(const Var<T>& x, const Indices& index, const Shape& shape, Site site) {
  return within("scatter_nd", x, site, [&] {
    const Indices rows = rows_of(shape, index);
    const Shape flat = with_rows(shape, static_cast<int>(index.extent(-1)));
    const int lead = rows.rank();
    if (x.rank() != lead + flat.rank() - 1 || x.shape().axes(0, lead) != rows.shape() ||
        x.shape().axes(lead, x.rank()) != flat.without(0)) {
      fail("x ", x.shape(), " for index ", index.shape(), " and shape ", shape, "; need ",
           rows.shape(), " and then ", flat.without(0));
    }
    return reshape(scatter_rows(x, rows, flat[0]), shape);
  });
}

template Var<float> gather_nd(const Var<float>&, const Indices&, Site);
template Var<double> gather_nd(const Var<double>&, const Indices&, Site);
template Var<float> scatter_nd(const Var<float>&, const Indices&, const Shape&, Site);
template Var<double> scatter_nd(const Var<double>&, const Indices&, const Shape&, Site);

}  // namespace engram
