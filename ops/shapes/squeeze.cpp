#include "engram/ops/shapes/squeeze.hpp"

#include <array>
#include <utility>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {

template <class T>
Var<T> unsqueeze(const Var<T>& x, int axis, Site site) {
  return within("unsqueeze", x, site, [&] {
    const int rank = x.rank() + 1;
    if (axis < -rank || axis >= rank) {
      fail("an axis number ", axis, " in x ", x.shape(), "; need ", -rank, " <= axis < ", rank);
    }
    return reshape(x, x.shape().inserted(axis < 0 ? axis + rank : axis, 1));
  });
}

template <class T>
Var<T> squeeze(const Var<T>& x, int axis, Site site) {
  return within("squeeze", x, site, [&] {
    if (x.extent(axis) != 1) {
      fail("axis ", axis, " of x ", x.shape(), " has extent ", x.extent(axis), "; need 1");
    }
    return reshape(x, x.shape().without(axis));
  });
}

template <class T>
Var<T> unsqueeze(const Var<T>& x, const Axes& axes, Site site) {
  return within("unsqueeze", x, site, [&] {
    const int rank = x.rank() + static_cast<int>(axes.list().size());
    std::array<bool, 2 * kMaxRank> fresh{};
    for (const int axis : axes.list()) {
      if (axis < -rank || axis >= rank) {
        fail("an axis number ", axis, " in x ", x.shape(), " with ", axes.list().size(),
             " more; need ", -rank, " <= axis < ", rank);
      }
      bool& named = fresh[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)];
      if (std::exchange(named, true)) fail("axis ", axis, " is named twice");
    }
    Shape shape = x.shape();
    for (int k = 0; k < rank; ++k) {
      if (fresh[static_cast<std::size_t>(k)]) shape = shape.inserted(k, 1);
    }
    return reshape(x, shape);
  });
}

template <class T>
Var<T> squeeze(const Var<T>& x, const Axes& axes, Site site) {
  return within("squeeze", x, site, [&] {
    for (const int axis : axes.list()) {
      if (x.extent(axis) != 1) {
        fail("axis ", axis, " of x ", x.shape(), " has extent ", x.extent(axis), "; need 1");
      }
    }
    return reshape(x, axes.list().empty() ? x.shape() : axes.dropped(x.shape()));
  });
}

template <class T>
Var<T> squeeze(const Var<T>& x, Site site) {
  Shape shape = x.shape();
  for (int k = shape.rank() - 1; k >= 0; --k) {
    if (shape[k] == 1) shape = shape.without(k);
  }
  return reshape(x, shape, site);
}

template <class T>
Var<T> flatten(const Var<T>& x, int first, int last, Site site) {
  return within("flatten", x, site, [&] {
    Shape shape = x.shape();
    if (shape.rank() == 0) shape = {1};
    const int begin = shape.axis(first), end = shape.axis(last);
    if (begin > end) fail("axis ", first, " comes after axis ", last, " in x ", shape);
    const Index together = shape.axes(begin, end + 1).size();
    for (int k = end; k > begin; --k) shape = shape.without(k);
    return reshape(x, shape.with(begin, together));
  });
}

template Var<float> unsqueeze(const Var<float>&, int, Site);
template Var<double> unsqueeze(const Var<double>&, int, Site);
template Var<float> squeeze(const Var<float>&, int, Site);
template Var<double> squeeze(const Var<double>&, int, Site);
template Var<float> unsqueeze(const Var<float>&, const Axes&, Site);
template Var<double> unsqueeze(const Var<double>&, const Axes&, Site);
template Var<float> squeeze(const Var<float>&, const Axes&, Site);
template Var<double> squeeze(const Var<double>&, const Axes&, Site);
template Var<float> squeeze(const Var<float>&, Site);
template Var<double> squeeze(const Var<double>&, Site);
template Var<float> flatten(const Var<float>&, int, int, Site);
template Var<double> flatten(const Var<double>&, int, int, Site);

}  // namespace engram
