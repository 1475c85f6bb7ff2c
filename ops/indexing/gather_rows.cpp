#include "engram/ops/indexing/gather_rows.hpp"

#include <algorithm>

#include "engram/core/loops/broadcast.hpp"
#include "engram/core/record.hpp"

namespace engram {
namespace {

void check_rows(const Indices& rows, Index count) {
  for (Index i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] >= count) {
      fail("row ", rows[i], " at position ", i, " is outside the table; need 0 <= row < ", count);
    }
  }
}

// The axes of `a`, then those of `b` from `skip` on.
Shape joined(const Shape& a, const Shape& b, int skip) {
  Shape out = a;
  for (int k = skip; k < b.rank(); ++k) out = out.inserted(out.rank(), b[k]);
  return out;
}

struct GatherRows {
  static constexpr auto name = "gather_rows";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  Indices rows;

  Shape shape(const Shape& table) const {
    if (table.rank() == 0) fail("the table is a scalar; need [V, ...]");
    check_rows(rows, table[0]);
    return joined(rows.shape(), table, 1);
  }
  template <class T>
  void forward(const Array<T>& table, Array<T>& y) const {
    const Index width = table.shape().without(0).size();
    T* to = y.edit();
    for (const std::int32_t row : rows) {
      to = std::copy_n(table.data() + row * width, width, to);
    }
  }
  template <class T>
  void derivative(Var<T> table, Var<T>, Var<T> dy, Into<Var<T>> dtable) const {
    dtable += scatter_rows(dy, rows, table.extent(0));
  }
  template <class T>
  void backward(const Array<T>&, const Array<T>&, const Array<T>& dy, Into<Array<T>> dtable) const {
    dtable.add_rows(rows, dy);
  }
};

struct ScatterRows {
  static constexpr auto name = "scatter_rows";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  Indices rows;
  Index count;

  Shape shape(const Shape& x) const {
    const int lead = rows.rank();
    if (x.rank() < lead || x.axes(0, lead) != rows.shape()) {
      fail("x ", x, " and rows ", rows.shape(), "; x must begin with the axes of rows");
    }
    check_rows(rows, count);
    return joined({count}, x, lead);
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Index width = y.shape().without(0).size();
    T* to = y.edit();
    std::fill_n(to, y.size(), T{0});
    add_rows(rows, x.data(), width, to);
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += gather_rows(dy, rows);
  }
};

}  // namespace

template <class T>
Var<T> gather_rows(const Var<T>& table, const Indices& rows, Site site) {
  return record(GatherRows{rows}, site, table);
}

template <class T>
Var<T> scatter_rows(const Var<T>& x, const Indices& rows, Index count, Site site) {
  return record(ScatterRows{rows, count}, site, x);
}

template Var<float> gather_rows(const Var<float>&, const Indices&, Site);
template Var<double> gather_rows(const Var<double>&, const Indices&, Site);
template Var<float> scatter_rows(const Var<float>&, const Indices&, Index, Site);
template Var<double> scatter_rows(const Var<double>&, const Indices&, Index, Site);

}  // namespace engram
