#include "engram/ops/shapes/slice.hpp"

#include "engram/core/record.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/slice_kernels.hpp"

namespace engram {
namespace {

// What both kinds of slice share.
struct Bounds {
  static constexpr auto name = "slice";
  static constexpr bool linear = true;
  int axis;
  Index begin, end;

  Shape shape(const Shape& x) const {
    if (begin < 0 || begin > end || end > x.extent(axis)) {
      fail("[", begin, ", ", end, ") is outside axis ", axis, " of x ", x,
           "; need 0 <= begin <= end <= ", x.extent(axis));
    }
    return x.with(axis, end - begin);
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += pad_to(dy, axis, begin, x.extent(axis));
  }
};

struct Rows : Bounds {
  static constexpr std::uint8_t needs = 0;

  View view(const Shape& x) const {
    return {x.with(axis, end - begin), kernels::Part(x, x.axis(axis), begin, end).offset};
  }
};

// One entry of the first axis, without that axis.
struct Entry {
  static constexpr auto name = "select";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  Index index;

  Shape shape(const Shape& x) const { return x.without(0); }
  View view(const Shape& x) const { return {shape(x), index * shape(x).size()}; }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += pad_to(reshape(dy, x.shape().with(0, 1)), 0, index, x.extent(0));
  }
};

struct Slice : Bounds {
  static constexpr std::uint8_t needs = 0;

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    kernels::copy_out({x.shape(), x.shape().axis(axis), begin, end}, x.data(), y.edit());
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    kernels::add_in({x.shape(), x.shape().axis(axis), begin, end}, dy.data(), dx.accumulator());
  }
};

// Runs long enough for the loops over them stay where they are.
struct Columns : Slice {
  static constexpr bool takes_strided = true;
  static constexpr Index kShortest = 16;

  static bool fits(const kernels::Part& part) {
    return part.length >= kShortest && part.stride <= View::kMaxPitch;
  }
  View view(const Shape& x) const { return View::columns(x, x.axis(axis), begin, end); }
};

struct PadTo {
  static constexpr auto name = "pad_to";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  int axis;
  Index begin, extent;

  Shape shape(const Shape& x) const {
    if (begin < 0 || begin > kMaxExtent || begin + x.extent(axis) > extent) {
      fail("x ", x, " does not fit into an extent of ", extent, " from ", begin, " on along axis ",
           axis);
    }
    return x.with(axis, extent);
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const int k = x.shape().axis(axis);
    std::fill_n(y.edit(), y.size(), T{0});
    kernels::copy_in({y.shape(), k, begin, begin + x.shape()[k]}, x.data(), y.edit());
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += slice(dy, axis, begin, begin + x.extent(axis));
  }
};

}  // namespace

template <class T>
Var<T> slice(const Var<T>& x, int axis, Index begin, Index end, Site site) {
  return within(Bounds::name, site, [&] {
    const int k = x.shape().axis(axis);
    const Bounds bounds{k, begin, end};
    const kernels::Part part(x.shape(), k, begin, end);
    if (part.count == 1) return record(Rows{bounds}, site, x);
    if (Columns::fits(part)) return record(Columns{{bounds}}, site, x);
    return record(Slice{bounds}, site, x);
  });
}

template <class T>
Var<T> select(const Var<T>& x, int axis, Index index, Site site) {
  return within(Entry::name, x, site, [&] {
    const Shape shape = x.shape();
    const int k = shape.axis(axis);
    if (index < -shape[k] || index >= shape[k]) {
      fail("entry ", index, " of axis ", axis, " of x ", shape, " does not exist; need ", -shape[k],
           " <= index < ", shape[k]);
    }
    const Index at = index < 0 ? index + shape[k] : index;
    if (k == 0) return record(Entry{at}, site, x);
    return reshape(slice(x, k, at, at + 1), shape.without(k));
  });
}

template <class T>
Index split_extent(const Var<T>& x, Index parts, int axis, Site site) {
  return within("split", site, [&] {
    const Index extent = x.extent(axis);
    if (parts <= 0 || extent % parts != 0) {
      fail("axis ", axis, " of x ", x.shape(), " cannot be cut into ", parts, " equal parts");
    }
    return extent / parts;
  });
}

template <class T>
std::vector<Var<T>> split(const Var<T>& x, std::span<const Index> extents, int axis, Site site) {
  return within("split", x, site, [&] {
    Index total = 0;
    for (const Index extent : extents) {
      if (extent < 0 || extent > x.extent(axis)) {
        fail("a part of ", extent, " along axis ", axis, " of x ", x.shape(),
             "; need 0 <= extent <= ", x.extent(axis));
      }
      total += extent;
    }
    if (total != x.extent(axis)) {
      fail(extents.size(), " parts of ", total, " entries together along axis ", axis, " of x ",
           x.shape(), "; they must add up to ", x.extent(axis));
    }
    std::vector<Var<T>> out;
    Index begin = 0;
    for (const Index extent : extents) {
      out.push_back(slice(x, axis, begin, begin + extent));
      begin += extent;
    }
    return out;
  });
}

template <class T>
Var<T> pad_to(const Var<T>& x, int axis, Index begin, Index extent, Site site) {
  return record(PadTo{axis, begin, extent}, site, x);
}

template Var<float> slice(const Var<float>&, int, Index, Index, Site);
template Var<double> slice(const Var<double>&, int, Index, Index, Site);
template Var<float> select(const Var<float>&, int, Index, Site);
template Var<double> select(const Var<double>&, int, Index, Site);
template std::vector<Var<float>> split(const Var<float>&, std::span<const Index>, int, Site);
template std::vector<Var<double>> split(const Var<double>&, std::span<const Index>, int, Site);
template Index split_extent(const Var<float>&, Index, int, Site);
template Index split_extent(const Var<double>&, Index, int, Site);
template Var<float> pad_to(const Var<float>&, int, Index, Index, Site);
template Var<double> pad_to(const Var<double>&, int, Index, Index, Site);

}  // namespace engram
