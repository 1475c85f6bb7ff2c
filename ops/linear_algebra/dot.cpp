#include "engram/ops/linear_algebra/dot.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/linear_algebra/matmul.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {

template <class T>
Var<T> dot(const Var<T>& a, const Var<T>& b, Site site) {
  return within("dot", a, site, [&] {
    if (a.rank() < 1 || b.rank() < 1 || a.extent(-1) != b.extent(-1)) {
      fail("a ", a.shape(), " . b ", b.shape(), "; need vectors [..., n] of the same n");
    }
    return sum(a * b, {-1}, false);
  });
}

template <class T>
Var<T> outer(const Var<T>& a, const Var<T>& b, Site site) {
  return within("outer", a, site, [&] {
    if (a.rank() < 1 || b.rank() < 1) {
      fail("a ", a.shape(), " and b ", b.shape(), "; need vectors [..., m] and [..., n]");
    }
    const Shape column = a.shape().inserted(a.rank(), 1), row = b.shape().inserted(b.rank() - 1, 1);
    return reshape(a, column) * reshape(b, row);
  });
}

template <class T>
Var<T> matvec(const Var<T>& a, const Var<T>& x, Site site) {
  return within("matvec", a, site, [&] {
    if (a.rank() < 2 || x.rank() < 1 || a.extent(-1) != x.extent(-1)) {
      fail("a ", a.shape(), " . x ", x.shape(), "; need a [..., m, n] and x [..., n]");
    }
    if (a.rank() == 2) {  // one matrix: all vectors are the rows of another
      const Shape lead = x.shape().without(x.rank() - 1);
      const Var<T> rows = reshape(x, Shape{lead.size(), x.extent(-1)});
      const Var<T> y = matmul(rows, a, {.b = true});
      return reshape(y, lead.inserted(lead.rank(), a.extent(0)));
    }
    const Var<T> y = matmul(a, reshape(x, x.shape().inserted(x.rank(), 1)), {});
    return reshape(y, y.shape().without(y.rank() - 1));
  });
}

template Var<float> dot(const Var<float>&, const Var<float>&, Site);
template Var<double> dot(const Var<double>&, const Var<double>&, Site);
template Var<float> outer(const Var<float>&, const Var<float>&, Site);
template Var<double> outer(const Var<double>&, const Var<double>&, Site);
template Var<float> matvec(const Var<float>&, const Var<float>&, Site);
template Var<double> matvec(const Var<double>&, const Var<double>&, Site);

}  // namespace engram
