#include "engram/ops/prod.hpp"

#include <algorithm>
#include <array>

#include "engram/core/record.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/chain_rule.hpp"
#include "engram/ops/cumulative.hpp"
#include "engram/ops/reduce.hpp"
#include "engram/ops/reshape.hpp"
#include "engram/ops/scan_kernels.hpp"
#include "engram/ops/transpose.hpp"

namespace engram {
namespace {

// x with the axes that vanish in `kept` before the others, whose rows are then the factors.
template <class T>
Var<T> factors_first(const Var<T>& x, const Shape& kept, const Site& site) {
  const Shape shape = x.shape();
  std::array<int, kMaxRank> axes{};
  int count = 0;
  for (const bool reduced : {true, false}) {
    for (int k = 0; k < shape.rank(); ++k) {
      if ((kept[k] != shape[k]) == reduced) axes[static_cast<std::size_t>(count++)] = k;
    }
  }
  const std::span<const int> order(axes.data(), static_cast<std::size_t>(count));
  return std::is_sorted(order.begin(), order.end()) ? x : transpose(x, order, site);
}

// The products of the columns of x [n, m].
struct ProdOfRows {
  static constexpr auto name = "prod";
  static constexpr std::uint8_t needs = needs_input(0);

  Shape shape(const Shape& x) const { return x.without(0); }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    T* to = y.edit();
    kernels::each_line(x.shape(), 0, [&](Index column, Index step) {
      double product = 1;
      for (Index i = 0; i < x.extent(0); ++i) product *= static_cast<double>(x[column + i * step]);
      to[column] = static_cast<T>(product);
    });
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<T> dx) const {
    const Var<T> before = cumprod(x, 0, {.exclusive = true});
    const Var<T> after = cumprod(x, 0, {.reverse = true, .exclusive = true});
    dx += kernels::chain(dy, before * after);
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<T> dx) const {
    const Index n = x.extent(0);
    PoolVector<double> after(static_cast<std::size_t>(n), 1, PoolAllocator<double>(x.pool()));
    dx.in_place([&](T* target, T beta) {
      kernels::each_line(x.shape(), 0, [&](Index column, Index step) {
        const auto factor = [&](Index i) { return static_cast<double>(x[column + i * step]); };
        double product = 1;
        for (Index i = n; i-- > 0; product *= factor(i)) {
          after[static_cast<std::size_t>(i)] = product;
        }
        double before = 1;
        for (Index i = 0; i < n; before *= factor(i++)) {
          T& to = target[column + i * step];
          const double others = before * after[static_cast<std::size_t>(i)];
          const double d = dy[column] == 0 ? 0 : static_cast<double>(dy[column]) * others;
          to = static_cast<T>((beta == 0 ? 0 : static_cast<double>(to)) + d);
        }
      });
    });
  }
};

}  // namespace

template <class T>
Var<T> prod(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return within("prod", site, [&] {
    const Shape kept = axes.kept(x.shape());
    const Shape shape = keep ? kept : axes.dropped(x.shape());
    if (x.size() == 0) return add(sum(x, axes, keep, site), T{1}, site);
    const Shape rows{x.size() / kept.size(), kept.size()};
    const Var<T> y = record(ProdOfRows{}, site, reshape(factors_first(x, kept, site), rows, site));
    return reshape(y, shape, site);
  });
}

template Var<float> prod(const Var<float>&, const Axes&, bool, Site);
template Var<double> prod(const Var<double>&, const Axes&, bool, Site);

}  // namespace engram
