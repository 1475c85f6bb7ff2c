#include "engram/ops/shapes/concat.hpp"

#include <algorithm>

#include "engram/core/record.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/slice.hpp"
#include "engram/ops/shapes/slice_kernels.hpp"

namespace engram {
namespace {

// Joins along an axis the inputs have. For `stack` that axis is a new one: `fresh` says so, and
// each input counts as one entry of it.
struct Concat {
  static constexpr auto name = "concat";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  int axis;
  bool fresh;

  Index extent(const Shape& x) const { return fresh ? 1 : x[axis]; }
  template <class T>
  Shape shape(std::span<const Var<T>> xs) const {
    const Shape first = fresh ? xs[0].shape().inserted(axis, 1) : xs[0].shape();
    Index total = 0;
    for (const Var<T>& x : xs) {
      const Shape other = fresh ? x.shape().inserted(axis, 1) : x.shape();
      if (other.rank() != first.rank() || other.with(axis, 1) != first.with(axis, 1)) {
        fail("shapes differ beyond axis ", axis, ": ", xs[0].shape(), " and ", x.shape());
      }
      total += other[axis];
    }
    return first.with(axis, total);
  }
  template <class T>
  void forward(std::span<const Var<T>> xs, Array<T>& y) const {
    Index begin = 0;
    for (const Var<T>& x : xs) {
      const Index end = begin + extent(x.shape());
      const Array<T>& from = x.tape().value(x);
      kernels::copy_in({y.shape(), axis, begin, end}, from.data(), y.edit());
      begin = end;
    }
  }
  // Takes dy apart in two steps, as `unstack` does and for its reason.
  template <class T>
  void derivative(const Call<Var<T>>& call) const {
    const std::size_t count = call.inputs();
    const auto group = static_cast<std::size_t>(kernels::parts_at_once(static_cast<Index>(count)));
    Index begin = 0;
    for (std::size_t first = 0; first < count; first += group) {
      const std::size_t last = std::min(first + group, count);
      Index size = 0;
      for (std::size_t k = first; k < last; ++k) size += extent(call.x(k).shape());
      const Var<T> some =
          size < call.dy.extent(axis) ? slice(call.dy, axis, begin, begin + size) : call.dy;
      Index at = 0;
      for (std::size_t k = first; k < last; ++k) {
        const Shape x = call.x(k).shape();
        if (auto dx = call.into(k)) dx += reshape(slice(some, axis, at, at + extent(x)), x);
        at += extent(x);
      }
      begin += size;
    }
  }
  template <class T>
  void backward(const Call<Array<T>>& call) const {
    const bool may_give = call.may_give_dy();
    const Array<T> dy = call.dy();
    const Shape& shape = dy.shape();
    const Index inner = shape.axes(axis + 1, shape.rank()).size();
    const bool gives = may_give && shape.axes(0, axis).size() == 1;
    Index begin = 0;
    for (std::size_t k = 0; k < call.inputs(); ++k) {
      const Shape& x = call.unread(k).shape();
      const Index end = begin + extent(x);
      if (auto dx = call.into(k); dx && gives) {
        dx.give(dy.window(begin * inner, x));
      } else if (dx) {
        dx.in_place([&](T* target, T beta) {
          kernels::add_out({dy.shape(), axis, begin, end}, dy.data(), target, beta);
        });
      }
      begin = end;
    }
  }
};

struct Stack : Concat {
  static constexpr auto name = "stack";
};

}  // namespace

template <class T>
Var<T> concat(std::span<const Var<T>> xs, int axis, Site site) {
  return within(Concat::name, site, [&] {
    return record_all(Concat{xs.empty() ? 0 : xs[0].shape().axis(axis), false}, site, xs);
  });
}

template <class T>
Var<T> stack(std::span<const Var<T>> xs, int axis, Site site) {
  return within(Stack::name, site, [&] {
    const int rank = xs.empty() ? 0 : xs[0].rank();
    if (axis < -rank - 1 || axis > rank) {
      fail("axis ", axis, " for values of rank ", rank, "; need ", -rank - 1, " <= axis <= ", rank);
    }
    return record_all(Stack{{axis < 0 ? axis + rank + 1 : axis, true}}, site, xs);
  });
}

template Var<float> concat(std::span<const Var<float>>, int, Site);
template Var<double> concat(std::span<const Var<double>>, int, Site);
template Var<float> stack(std::span<const Var<float>>, int, Site);
template Var<double> stack(std::span<const Var<double>>, int, Site);

}  // namespace engram
