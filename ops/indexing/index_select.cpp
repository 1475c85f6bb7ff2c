#include "engram/ops/indexing/index_select.hpp"

#include <algorithm>

#include "engram/core/record.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {
namespace {

void check(const Indices& index, Index extent) {
  for (Index i = 0; i < index.size(); ++i) {
    if (index[i] != kNothing && (index[i] < 0 || index[i] >= extent)) {
      fail("index ", index[i], " at position ", i, " is out of range; need 0 <= index < ", extent);
    }
  }
}

// The axes of all three, one after another.
Shape joined(Shape out, const Shape& b, const Shape& c) {
  for (const Shape& more : {b, c}) {
    for (int k = 0; k < more.rank(); ++k) out = out.inserted(out.rank(), more[k]);
  }
  return out;
}

// How the entries along an axis of `whole` and the list's entries lie in memory.
struct Entries {
  const Indices& index;
  Index outer, extent, inner;

  Entries(const Shape& whole, int axis, const Indices& list)
      : index(list),
        outer(whole.axes(0, axis).size()),
        extent(whole[axis]),
        inner(whole.axes(axis + 1, whole.rank()).size()) {}

  // Calls f(in the whole, in the list) with where runs of `inner` elements begin; -1 for nothing.
  template <class F>
  void each(F&& f) const {
    const std::int32_t* list = index.data();
    const Index n = index.size();
    for (Index o = 0; o < outer; ++o) {
      for (Index i = 0; i < n; ++i) {
        f(list[i] == kNothing ? -1 : (o * extent + list[i]) * inner, (o * n + i) * inner);
      }
    }
  }

  template <class T>
  void take(const T* whole, T* part) const {
    each([&](Index from, Index to) {
      if (from < 0) {
        std::fill_n(part + to, inner, T{0});
      } else if (inner == 1) {  // no call for one element
        part[to] = whole[from];
      } else {
        std::copy_n(whole + from, inner, part + to);
      }
    });
  }
  template <class T>
  void add_taken(const T* whole, T* part) const {
    each([&](Index from, Index to) {
      if (from < 0) return;
      for (Index k = 0; k < inner; ++k) part[to + k] += whole[from + k];
    });
  }
  template <class T>
  void add(const T* part, T* whole) const {
    each([&](Index to, Index from) {
      if (to < 0) return;
      for (Index k = 0; k < inner; ++k) whole[to + k] += part[from + k];
    });
  }
};

struct IndexSelect {
  static constexpr auto name = "index_select";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  int axis;
  Indices index;

  Shape shape(const Shape& x) {
    axis = x.axis(axis);
    check(index, x[axis]);
    return joined(x.axes(0, axis), index.shape(), x.axes(axis + 1, x.rank()));
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    Entries(x.shape(), axis, index).take(x.data(), y.edit());
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += index_add(dy, axis, index, x.extent(axis));
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    Entries(x.shape(), axis, index).add(dy.data(), dx.accumulator());
  }
};

struct IndexAdd {
  static constexpr auto name = "index_add";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  int axis;
  Indices index;
  Index extent;

  Shape shape(const Shape& x) {
    const int rank = x.rank() - index.rank() + 1;  // of the result
    const int end = axis + index.rank() + (axis < 0 ? rank : 0);
    if (rank < 1 || axis < -rank || axis >= rank ||
        x.axes(end - index.rank(), end) != index.shape()) {
      fail("x ", x, " and index ", index.shape(), "; x must have the axes of index from axis ",
           axis, " on");
    }
    axis = end - index.rank();
    const Shape out = joined(x.axes(0, axis), {extent}, x.axes(end, x.rank()));
    check(index, extent);
    return out;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    std::fill_n(y.edit(), y.size(), T{0});
    Entries(y.shape(), axis, index).add(x.data(), y.edit());
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += index_select(dy, axis, index);
  }
  template <class T>
  void backward(const Array<T>&, const Array<T>& y, const Array<T>& dy, Into<Array<T>> dx) const {
    const Entries entries(y.shape(), axis, index);
    dx.in_place([&](T* target, T beta) {
      if (beta == 0) {
        entries.take(dy.data(), target);
      } else {
        entries.add_taken(dy.data(), target);
      }
    });
  }
};

}  // namespace

template <class T>
Var<T> index_select(const Var<T>& x, int axis, const Indices& index, std::type_identity_t<T> fill,
                    Site site) {
  const Var<T> y = record(IndexSelect{axis, index}, site, x);
  if (fill == 0) return y;
  // Zeros are there; apart from the value, so that what is recorded is a linear map.
  Shape shape = index.shape();
  const int inner = x.rank() - 1 - x.shape().axis(axis);
  for (int k = 0; k < inner; ++k) shape = shape.inserted(shape.rank(), 1);
  Array<T> value(shape);
  for (Index i = 0; i < index.size(); ++i) {
    if (index[i] == kNothing) value.edit()[i] = fill;
  }
  return add(y, x.tape().constant(std::move(value), site), site);
}

template <class T>
Var<T> index_add(const Var<T>& x, int axis, const Indices& index, Index extent, Site site) {
  return record(IndexAdd{axis, index, extent}, site, x);
}

template <class T>
Var<T> take(const Var<T>& x, const Indices& index, Site site) {
  return within("take", x, site, [&] {
    const Var<T> flat = x.rank() == 1 ? x : reshape(x, Shape{x.size()});
    return index_select(flat, 0, index, 0);
  });
}

template <class T>
Var<T> put(const Var<T>& x, const Indices& index, const Shape& shape, Site site) {
  return within("put", x, site, [&] {
    if (x.shape() != index.shape()) {
      fail("x ", x.shape(), " and index ", index.shape(), "; they must have the same shape");
    }
    const Var<T> flat = index_add(x, 0, index, shape.size());
    return shape.rank() == 1 ? flat : reshape(flat, shape);
  });
}

template Var<float> index_select(const Var<float>&, int, const Indices&, float, Site);
template Var<double> index_select(const Var<double>&, int, const Indices&, double, Site);
template Var<float> index_add(const Var<float>&, int, const Indices&, Index, Site);
template Var<double> index_add(const Var<double>&, int, const Indices&, Index, Site);
template Var<float> take(const Var<float>&, const Indices&, Site);
template Var<double> take(const Var<double>&, const Indices&, Site);
template Var<float> put(const Var<float>&, const Indices&, const Shape&, Site);
template Var<double> put(const Var<double>&, const Indices&, const Shape&, Site);

}  // namespace engram
