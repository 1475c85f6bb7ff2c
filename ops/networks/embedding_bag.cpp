#include "engram/ops/networks/embedding_bag.hpp"

#include <algorithm>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/indexing/gather_rows.hpp"

namespace engram {
namespace {

void check(const Indices& rows, const Indices& offsets) {
  if (rows.rank() != 1 || offsets.rank() != 1) {
    fail("rows ", rows.shape(), " and offsets ", offsets.shape(), "; need lists [n] and [B]");
  }
  if (offsets.size() > 0 ? offsets[0] != 0 : rows.size() > 0) {
    fail("the first bag does not begin at 0; need offsets [0, ...]");
  }
  for (Index b = 0; b < offsets.size(); ++b) {
    const Index end = b + 1 < offsets.size() ? offsets[b + 1] : rows.size();
    if (end < offsets[b] || end > rows.size()) {
      fail("bag ", b, " is rows [", offsets[b], ", ", end, ") of ", rows.size(),
           "; offsets must not fall, nor be more than there are rows");
    }
  }
}

}  // namespace

template <class T>
Var<T> embedding_bag(const Var<T>& table, const Indices& rows, const Indices& offsets,
                     Reduction reduction, Site site) {
  return within("embedding_bag", table, site, [&] {
    check(rows, offsets);
    if (reduction == Reduction::none) {
      fail("Reduction::none; a bag is a sum or a mean (gather_rows gives its rows)");
    }
    const Index bags = offsets.size();
    Indices bag_of(rows.shape());
    const Var<T> found = gather_rows(table, rows);
    Shape column = found.shape().with(0, bags);
    for (int k = 1; k < column.rank(); ++k) column = column.with(k, 1);
    Array<T> shares(column);
    for (Index b = 0; b < bags; ++b) {
      const Index begin = offsets[b], end = b + 1 < bags ? offsets[b + 1] : rows.size();
      std::fill(bag_of.edit() + begin, bag_of.edit() + end, static_cast<std::int32_t>(b));
      if (end > begin) shares.edit()[b] = T{1} / static_cast<T>(end - begin);
    }
    const Var<T> total = scatter_rows(found, bag_of, bags);
    if (reduction == Reduction::sum) return total;
    return total * table.tape().constant(shares);
  });
}

template Var<float> embedding_bag(const Var<float>&, const Indices&, const Indices&, Reduction,
                                  Site);
template Var<double> embedding_bag(const Var<double>&, const Indices&, const Indices&, Reduction,
                                   Site);

}  // namespace engram
