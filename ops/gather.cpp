#include "engram/ops/gather.hpp"

#include <utility>

#include "engram/core/nest.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/index_select.hpp"
#include "engram/ops/slice.hpp"

namespace engram {
namespace {

// The row-major numbers in an x of that shape that the indices along `axis` stand for.
Indices numbers(const Shape& x, int axis, const Indices& index) {
  axis = x.axis(axis);
  if (index.rank() != x.rank()) {
    fail("index ", index.shape(), " and x ", x, "; they must have equally many axes");
  }
  for (int k = 0; k < x.rank(); ++k) {
    if (k != axis && index.shape()[k] > x[k]) {
      fail("index ", index.shape(), " is longer than x ", x, " along axis ", k);
    }
  }
  for (Index i = 0; i < index.size(); ++i) {
    if (index[i] < 0 || index[i] >= x[axis]) {
      fail("index ", index[i], " at position ", i, " is outside axis ", axis, " of x ", x,
           "; need 0 <= index < ", x[axis]);
    }
  }
  if (x.size() > kMaxExtent) {
    fail("x ", x, " has more than ", kMaxExtent, " elements to number");
  }
  Strides base = x.strides();
  const Index along = std::exchange(base[static_cast<std::size_t>(axis)], 0);
  Indices out = Indices::uninitialized(index.shape());
  std::int32_t* to = out.edit();
  const Nest<2> nest(index.shape(), {base, index.shape().strides()});
  const Index n = nest.run_length();
  const auto [step, one] = nest.step();
  nest.each([&](const std::array<Index, 2>& at) {
    for (Index i = 0; i < n; ++i) {
      const Index j = at[1] + i * one;
      to[j] = static_cast<std::int32_t>(at[0] + i * step + index[j] * along);
    }
  });
  return out;
}

}  // namespace

template <class T>
Var<T> gather(const Var<T>& x, int axis, const Indices& index, Site site) {
  return within("gather", site, [&] { return take(x, numbers(x.shape(), axis, index), site); });
}

template <class T>
Var<T> scatter_add(const Var<T>& x, int axis, const Indices& index, const Var<T>& source,
                   Site site) {
  return within("scatter_add", site, [&] {
    const Indices to = numbers(x.shape(), axis, index);
    if (source.rank() != index.rank()) {
      fail("index ", index.shape(), " and source ", source.shape(),
           "; they must have equally many axes");
    }
    Var<T> added = source;
    for (int k = 0; k < index.rank(); ++k) {
      const Index wanted = index.shape()[k], given = source.extent(k);
      if (wanted > given) {
        fail("index ", index.shape(), " is longer than source ", source.shape(), " along axis ", k);
      }
      if (wanted < given) added = slice(added, k, 0, wanted, site);
    }
    return add(x, put(added, to, x.shape(), site), site);
  });
}

template Var<float> gather(const Var<float>&, int, const Indices&, Site);
template Var<double> gather(const Var<double>&, int, const Indices&, Site);
template Var<float> scatter_add(const Var<float>&, int, const Indices&, const Var<float>&, Site);
template Var<double> scatter_add(const Var<double>&, int, const Indices&, const Var<double>&, Site);

}  // namespace engram
