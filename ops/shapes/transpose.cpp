#include "engram/ops/shapes/transpose.hpp"

#include <array>
#include <numeric>
#include <utility>

#include "engram/core/loops/nest.hpp"
#include "engram/core/record.hpp"
#include "engram/core/within.hpp"

namespace engram {
namespace {

struct TransposeAxes {
  static constexpr auto name = "transpose";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  std::array<int, kMaxRank> axes{};  // of x, in the order of y
  int count = 0;

  TransposeAxes() = default;
  TransposeAxes(std::span<const int> order, const Shape& x) : count(x.rank()) {
    std::uint32_t seen = 0;
    for (const int axis : order) seen |= 1U << x.axis(axis);
    if (static_cast<int>(order.size()) != count || seen != (1U << count) - 1) {
      std::string list;
      for (const int axis : order) {
        if (!list.empty()) list += ',';
        list += std::to_string(axis);
      }
      fail("(", list, ") is no permutation of the axes of ", x, "; name each once");
    }
    for (std::size_t k = 0; k < order.size(); ++k) axes[k] = x.axis(order[k]);
  }

  Shape shape(const Shape& x) const {
    Shape out = x;
    for (int k = 0; k < count; ++k) out = out.with(k, x[axes[static_cast<std::size_t>(k)]]);
    return out;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Strides dense = x.shape().strides();
    Strides from{};
    for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
      from[k] = dense[static_cast<std::size_t>(axes[k])];
    }
    const Nest<2> nest(y.shape(), {from, y.shape().strides()});
    const Index n = nest.run_length(), step = nest.step()[0];
    T* to = y.edit();
    nest.each([&](const std::array<Index, 2>& at) {
      const T* source = x.data() + at[0];
      for (Index i = 0; i < n; ++i) to[at[1] + i] = source[i * step];
    });
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    std::array<int, kMaxRank> inverse{};
    for (int k = 0; k < count; ++k) {
      inverse[static_cast<std::size_t>(axes[static_cast<std::size_t>(k)])] = k;
    }
    dx += transpose(dy, std::span<const int>(inverse).first(static_cast<std::size_t>(count)));
  }
};

// f(the axes of x in reverse order)
template <class F>
auto reversed(int rank, const F& f) {
  std::array<int, kMaxRank> axes{};
  for (int k = 0; k < rank; ++k) axes[static_cast<std::size_t>(k)] = rank - 1 - k;
  return f(std::span<const int>(axes).first(static_cast<std::size_t>(rank)));
}

}  // namespace

template <class T>
Var<T> transpose(const Var<T>& x, std::span<const int> axes, Site site) {
  return within(TransposeAxes::name, x, site,
                [&] { return record(TransposeAxes(axes, x.shape()), site, x); });
}

template <class T>
Array<T> transpose(const Array<T>& x, std::span<const int> axes, Site site) {
  return within(TransposeAxes::name, site, [&] {
    const TransposeAxes op(axes, x.shape());
    Array<T> y = Array<T>::uninitialized(op.shape(x.shape()));
    op.forward(x, y);
    return y;
  });
}

template <class T>
Var<T> transpose(const Var<T>& x, Site site) {
  return reversed(x.rank(), [&](std::span<const int> axes) { return transpose(x, axes, site); });
}
template <class T>
Array<T> transpose(const Array<T>& x, Site site) {
  return reversed(x.rank(), [&](std::span<const int> axes) { return transpose(x, axes, site); });
}

template <class T>
Var<T> swap_axes(const Var<T>& x, int a, int b, Site site) {
  return within("swap_axes", x, site, [&] {
    const Shape shape = x.shape();
    std::array<int, kMaxRank> axes{};
    std::iota(axes.begin(), axes.end(), 0);
    const int first = shape.axis(a), second = shape.axis(b);
    std::swap(axes[static_cast<std::size_t>(first)], axes[static_cast<std::size_t>(second)]);
    const auto rank = static_cast<std::size_t>(shape.rank());
    return transpose(x, std::span<const int>(axes).first(rank));
  });
}

template Var<float> transpose(const Var<float>&, std::span<const int>, Site);
template Var<double> transpose(const Var<double>&, std::span<const int>, Site);
template Var<float> transpose(const Var<float>&, Site);
template Var<double> transpose(const Var<double>&, Site);
template Array<float> transpose(const Array<float>&, std::span<const int>, Site);
template Array<double> transpose(const Array<double>&, std::span<const int>, Site);
template Indices transpose(const Indices&, std::span<const int>, Site);
template Array<float> transpose(const Array<float>&, Site);
template Array<double> transpose(const Array<double>&, Site);
template Indices transpose(const Indices&, Site);
template Var<float> swap_axes(const Var<float>&, int, int, Site);
template Var<double> swap_axes(const Var<double>&, int, int, Site);

}  // namespace engram
