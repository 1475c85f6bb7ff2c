#include "engram/ops/cumulative.hpp"

#include <cmath>
#include <limits>

#include "engram/core/record.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/clamp.hpp"
#include "engram/ops/concat.hpp"
#include "engram/ops/exp.hpp"
#include "engram/ops/flip.hpp"
#include "engram/ops/linear_recurrence.hpp"
#include "engram/ops/pad.hpp"
#include "engram/ops/scan_kernels.hpp"
#include "engram/ops/slice.hpp"

namespace engram {
namespace {

struct AlongAxis {
  int axis;

  Shape shape(const Shape& x) {
    axis = x.axis(axis);
    return x;
  }
  // Each entry of x but the last moved to the next place, behind `first`.
  template <class T>
  Var<T> behind(const Var<T>& first, const Var<T>& x) const {
    return concat({first, slice(x, axis, 0, x.extent(axis) - 1)}, axis);
  }
  // Each entry of x but the first moved to the place before, with the last one twice.
  template <class T>
  Var<T> following(const Var<T>& x) const {
    const Index n = x.extent(axis);
    return concat({slice(x, axis, 1, n), slice(x, axis, n - 1, n)}, axis);
  }
};

struct Cumsum : AlongAxis {
  static constexpr auto name = "cumsum";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  bool reverse;

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const T* from = x.data();
    T* to = y.edit();
    kernels::scan(y.shape(), axis, reverse, [=](Index t, Index before) {
      to[t] = before < 0 ? from[t] : to[before] + from[t];
    });
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<T> dx) const {
    dx += cumsum(dy, axis, {.reverse = !reverse});
  }
};

struct Cumprod : AlongAxis {
  static constexpr auto name = "cumprod";

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const T* from = x.data();
    T* to = y.edit();
    kernels::scan(y.shape(), axis, false, [=](Index t, Index before) {
      to[t] = before < 0 ? from[t] : to[before] * from[t];
    });
  }
  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<T> dx) const {
    if (x.size() == 0) return;
    const Var<T> one = x.tape().constant(Array<T>::full(x.shape().with(axis, 1), 1));
    dx += behind(one, y) * linear_recurrence(following(x), dy, axis, true);
  }
};

struct LogCumsumExp : AlongAxis {
  static constexpr auto name = "logcumsumexp";

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    const T* from = x.data();
    T* to = y.edit();
    kernels::scan(y.shape(), axis, false, [=](Index t, Index before) {
      to[t] = before < 0 ? from[t] : sum(to[before], from[t]);
    });
  }
  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<T> dx) const {
    if (x.size() == 0) return;
    // -inf - -inf is no number: a term of 0 is as good as one that is far too small to be seen. Nor
    // is inf - inf: a sum that was infinite before is the same one.
    const T large = std::numeric_limits<T>::max() / 4,
            infinity = std::numeric_limits<T>::infinity();
    const Var<T> sums = clamp(y, -large, large);
    const Var<T> ratio = exp(sums - following(sums));
    const Var<T> share = exp(clamp(x, -large, infinity) - clamp(y, -large, infinity));
    dx += share * linear_recurrence(ratio, dy, axis, true);
  }

 private:
  // ln(exp a + exp b)
  template <class T>
  static T sum(T a, T b) {
    if (a == b) return a + std::log(T{2});  // inf - inf is no number
    const T high = a > b ? a : b, low = a > b ? b : a;
    return high + std::log1p(std::exp(low - high));
  }
};

// Each entry of y in the place of the next one, with `first` in that of the first: how a scan
// becomes an exclusive one.
template <class T>
Var<T> moved_on(const Var<T>& y, int axis, bool reverse, std::type_identity_t<T> first,
                const Site& site) {
  const Index n = y.extent(axis);
  if (n == 0) return y;
  const Var<T> others = reverse ? slice(y, axis, 1, n, site) : slice(y, axis, 0, n - 1, site);
  return pad(others, axis, reverse ? Padding{0, 1} : Padding{1, 0}, {.value = first}, site);
}

// A scan that knows no options, with them.
template <class T, class Scan>
Var<T> scanned(const Var<T>& x, int axis, const ScanOptions& options,
               std::type_identity_t<T> of_none, const Site& site, const Scan& scan) {
  const Var<T> y = scan(options.reverse ? flip(x, {axis}, site) : x);
  const Var<T> out = options.exclusive ? moved_on(y, axis, false, of_none, site) : y;
  return options.reverse ? flip(out, {axis}, site) : out;
}

}  // namespace

template <class T>
Var<T> cumsum(const Var<T>& x, int axis, const ScanOptions& options, Site site) {
  return within("cumsum", site, [&] {
    const Var<T> y = record(Cumsum{{axis}, options.reverse}, site, x);
    return options.exclusive ? moved_on(y, axis, options.reverse, 0, site) : y;
  });
}

template <class T>
Var<T> cumprod(const Var<T>& x, int axis, const ScanOptions& options, Site site) {
  return within("cumprod", site, [&] {
    return scanned(x, axis, options, 1, site,
                   [&](const Var<T>& v) { return record(Cumprod{{axis}}, site, v); });
  });
}

template <class T>
Var<T> logcumsumexp(const Var<T>& x, int axis, const ScanOptions& options, Site site) {
  return within("logcumsumexp", site, [&] {
    return scanned(x, axis, options, -std::numeric_limits<T>::infinity(), site,
                   [&](const Var<T>& v) { return record(LogCumsumExp{{axis}}, site, v); });
  });
}

template Var<float> cumsum(const Var<float>&, int, const ScanOptions&, Site);
template Var<double> cumsum(const Var<double>&, int, const ScanOptions&, Site);
template Var<float> cumprod(const Var<float>&, int, const ScanOptions&, Site);
template Var<double> cumprod(const Var<double>&, int, const ScanOptions&, Site);
template Var<float> logcumsumexp(const Var<float>&, int, const ScanOptions&, Site);
template Var<double> logcumsumexp(const Var<double>&, int, const ScanOptions&, Site);

}  // namespace engram
