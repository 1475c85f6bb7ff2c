#include "engram/ops/prod.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "engram/core/tape.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/reshape.hpp"
#include "engram/ops/slice.hpp"
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

}  // namespace

template <class T>
Var<T> prod(const Var<T>& x, const Axes& axes, bool keep, Site site) {
  return within("prod", site, [&] {
    const Shape kept = axes.kept(x.shape());
    const Shape shape = keep ? kept : axes.dropped(x.shape());
    if (x.size() == 0) return add(sum(x, axes, keep, site), T{1}, site);
    Index n = x.size() / kept.size();
    Var<T> y = reshape(factors_first(x, kept, site), Shape{n, kept.size()}, site);
    std::optional<Var<T>> odd;  // rows without a partner
    for (; n > 1; n /= 2) {
      if (n % 2 == 1) {
        const Var<T> last = slice(y, 0, n - 1, n, site);
        odd = odd ? mul(*odd, last, site) : last;
      }
      y = mul(slice(y, 0, 0, n / 2, site), slice(y, 0, n / 2, n / 2 * 2, site), site);
    }
    return reshape(odd ? mul(y, *odd, site) : y, shape, site);
  });
}

template Var<float> prod(const Var<float>&, const Axes&, bool, Site);
template Var<double> prod(const Var<double>&, const Axes&, bool, Site);

}  // namespace engram
