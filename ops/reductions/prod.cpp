#include "engram/ops/reductions/prod.hpp"

#include <algorithm>
#include <array>

#include "engram/core/record.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/chain_rule.hpp"
#include "engram/ops/reductions/cumulative.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/transpose.hpp"

namespace engram {
namespace {

// x with the axes that vanish in `kept` behind the others, so that factors lie together.
template <class T>
Var<T> factors_last(const Var<T>& x, const Shape& kept) {
  const Shape shape = x.shape();
  std::array<int, kMaxRank> axes{};
  int count = 0;
  for (const bool reduced : {false, true}) {
    for (int k = 0; k < shape.rank(); ++k) {
      if ((kept[k] != shape[k]) == reduced) axes[static_cast<std::size_t>(count++)] = k;
    }
  }
  const std::span<const int> order(axes.data(), static_cast<std::size_t>(count));
  return std::is_sorted(order.begin(), order.end()) ? x : transpose(x, order);
}

// The products of the rows of x [m, n].
struct ProdOfRows {
  static constexpr auto name = "prod";
  static constexpr std::uint8_t needs = needs_input(0);

  Shape shape(const Shape& x) const { return x.without(1); }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const Index n = x.extent(1);
    const T* factor = x.data();
    T* to = y.edit();
    for (Index row = 0; row < y.size(); ++row, factor += n) {
      double product = 1;
      for (Index i = 0; i < n; ++i) product *= static_cast<double>(factor[i]);
      to[row] = static_cast<T>(product);
    }
  }
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    const Var<T> before = cumprod(x, 1, {.exclusive = true});
    const Var<T> after = cumprod(x, 1, {.reverse = true, .exclusive = true});
    dx += kernels::chain(reshape(dy, {dy.size(), 1}), before * after);
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    const Index n = x.extent(1);
    PoolVector<double> after(static_cast<std::size_t>(n), 1, PoolAllocator<double>(x.pool()));
    dx.in_place([&](T* target, T beta) {
      const T* factor = x.data();
      for (Index row = 0; row < dy.size(); ++row, factor += n, target += n) {
        double behind = 1, before = 1;
        for (Index i = n; i-- > 0; behind *= static_cast<double>(factor[i])) {
          after[static_cast<std::size_t>(i)] = behind;
        }
        for (Index i = 0; i < n; before *= static_cast<double>(factor[i++])) {
          const double others = before * after[static_cast<std::size_t>(i)];
          const double d = dy[row] == 0 ? 0 : static_cast<double>(dy[row]) * others;
          target[i] = static_cast<T>((beta == 0 ? 0 : static_cast<double>(target[i])) + d);
        }
      }
    });
  }
};

}  // namespace

template <class T>
Var<T> prod(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return within("prod", x, site, [&] {
    const Shape kept = axes.kept(x.shape());
    const Shape shape = keep ? kept : axes.dropped(x.shape());
    if (x.size() == 0) return sum(x, axes, keep) + T{1};
    const Shape rows{kept.size(), x.size() / kept.size()};
    const Var<T> y = record(ProdOfRows{}, site, reshape(factors_last(x, kept), rows));
    return reshape(y, shape);
  });
}

template Var<float> prod(const Var<float>&, const Axes&, bool, Site);
template Var<double> prod(const Var<double>&, const Axes&, bool, Site);

}  // namespace engram
