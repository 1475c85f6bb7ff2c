#include "engram/ops/indexing/diagonal.hpp"

#include <algorithm>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/indexing/masked.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

// The numbers of the elements of diagonal k in a matrix of so many columns.
Indices numbers(Index length, Index columns, Index k) {
  Indices out = Indices::uninitialized({length});
  const Index row = std::max<Index>(-k, 0), column = std::max<Index>(k, 0);
  for (Index i = 0; i < length; ++i) {
    out.edit()[i] = static_cast<std::int32_t>((row + i) * columns + column + i);
  }
  return out;
}

void check_matrix(const Shape& x) {
  if (x.rank() < 2) fail("x ", x, " is no matrix; need [..., rows, columns]");
}

// x with zeros where goes(j - i) says so of row i and column j.
template <class T, class Goes>
Var<T> without(const Var<T>& x, const Goes& goes) {
  check_matrix(x.shape());
  const Index rows = x.extent(-2), columns = x.extent(-1);
  Array<T> mask = Array<T>::uninitialized({rows, columns});
  T* to = mask.edit();
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) *to++ = goes(j - i) ? T{1} : T{0};
  }
  return masked_fill(x, x.tape().constant(std::move(mask)), 0);
}

}  // namespace

template <class T>
Var<T> diag(const Var<T>& x, int k, Site site) {
  return within("diag", x, site, [&] {
    if (x.rank() == 0) fail("x is a scalar; need [..., n]");
    const Index length = x.extent(-1), n = length + std::abs(Index{k});
    if (n * n > kMaxExtent) {
      fail("x ", x.shape(), " on diagonal ", k, " of matrices of ", n * n, " elements; at most ",
           kMaxExtent, " are numbered");
    }
    const Shape shape = x.shape().with(-1, n).inserted(x.rank(), n);
    return reshape(index_add(x, -1, numbers(length, n, k), n * n), shape);
  });
}

template <class T>
Var<T> diagonal(const Var<T>& x, int k, Site site) {
  return within("diagonal", x, site, [&] {
    check_matrix(x.shape());
    const Index rows = x.extent(-2), columns = x.extent(-1);
    const Index left = std::min(rows + std::min<Index>(k, 0), columns - std::max<Index>(k, 0));
    const Shape flat = x.shape().without(-1).with(-1, rows * columns);
    const Indices index = numbers(std::max<Index>(left, 0), columns, k);
    return index_select(reshape(x, flat), -1, index, 0);
  });
}

template <class T>
Var<T> trace(const Var<T>& x, Site site) {
  return within("trace", x, site, [&] { return sum(diagonal(x, 0), {-1}, false); });
}

template <class T>
Var<T> triu(const Var<T>& x, int k, Site site) {
  return within("triu", x, site, [&] { return without(x, [&](Index d) { return d < k; }); });
}

template <class T>
Var<T> tril(const Var<T>& x, int k, Site site) {
  return within("tril", x, site, [&] { return without(x, [&](Index d) { return d > k; }); });
}

template Var<float> diag(const Var<float>&, int, Site);
template Var<double> diag(const Var<double>&, int, Site);
template Var<float> diagonal(const Var<float>&, int, Site);
template Var<double> diagonal(const Var<double>&, int, Site);
template Var<float> trace(const Var<float>&, Site);
template Var<double> trace(const Var<double>&, Site);
template Var<float> triu(const Var<float>&, int, Site);
template Var<double> triu(const Var<double>&, int, Site);
template Var<float> tril(const Var<float>&, int, Site);
template Var<double> tril(const Var<double>&, int, Site);

}  // namespace engram
