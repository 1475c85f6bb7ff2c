#include "engram/ops/reductions/cumulative.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/clamp.hpp"
#include "engram/ops/elementwise/exp.hpp"
#include "engram/ops/reductions/scan_kernels.hpp"
#include "engram/ops/reductions/softmax_kernels.hpp"
#include "engram/ops/sequences/linear_recurrence.hpp"
#include "engram/ops/shapes/concat.hpp"
#include "engram/ops/shapes/flip.hpp"
#include "engram/ops/shapes/pad.hpp"
#include "engram/ops/shapes/slice.hpp"

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
    using Total = Totals<T, 1>;
    kernels::scan_with(x, axis, reverse, y, Total(), [](Total& total, T v) {
      total.add(&v, 0, 1);
      return total[0];
    });
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += cumsum(dy, axis, {.reverse = !reverse});
  }
};

struct Cumprod : AlongAxis {
  static constexpr auto name = "cumprod";

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    kernels::scan_with(x, axis, false, y, 1.0, [](double& product, T v) { return product *= v; });
  }
  template <class T>
  void derivative(Var<T> x, Var<T> y, Var<T> dy, Into<Var<T>> dx) const {
    if (x.size() == 0) return;
    const Var<T> one = x.tape().constant(Array<T>::full(x.shape().with(axis, 1), 1));
    dx += kernels::chain(kernels::strong_recurrence(following(x), dy, axis, true), behind(one, y));
  }
};

struct LogCumsumExp : AlongAxis {
  static constexpr auto name = "logcumsumexp";
  static constexpr std::uint8_t needs = needs_input(0);
  bool from_largest = false;  // less the largest x so far

  // Σ exp of what came so far, which is held as its largest and a sum of numbers up to 1.
  template <class T>
  using Sum = kernels::Normalizer<T>;

  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    kernels::scan_with(x, axis, false, y, Sum<T>(), [this](Sum<T>& sum, T v) {
      sum.join(Sum<T>::of_one(v));
      return from_largest && std::isfinite(sum.shift) ? std::log(sum.sum) : sum.log();
    });
  }
  // The largest x so far.
  template <class T>
  Array<T> largest(const Array<T>& x) const {
    Array<T> out = Array<T>::uninitialized(x.shape(), x.pool());
    kernels::scan_with(x, axis, false, out, Sum<T>(), [](Sum<T>& sum, T v) {
      sum.join(Sum<T>::of_one(v));
      return Sum<T>::shift_of(sum.shift);
    });
    return out;
  }
  // dx_s = Σ_{t >= s} dy_t exp(x_s - y_t)
  template <class T>
  void derivative(Var<T> x, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    if (x.size() == 0) return;
    // Taken from the largest so far, a constant, so that large numbers keep their digits. -inf -
    // -inf is no number: a term of 0 is as good as one that is far too small to be seen. Nor is inf
    // - inf: a sum that was infinite before is the same one.
    const T large = std::numeric_limits<T>::max() / 4,
            infinity = std::numeric_limits<T>::infinity();
    const Var<T> high = x.tape().constant(largest(x.value()));
    const Var<T> low = x - high, logs = record(LogCumsumExp{{axis}, true}, Site::current(), x);
    const Var<T> sums = clamp(logs, -large, large);
    const Var<T> ratio = exp(sums - following(sums) + (high - following(high)));
    const Var<T> share = exp(clamp(low, -large, infinity) - clamp(logs, -large, infinity));
    dx += kernels::chain(kernels::strong_recurrence(ratio, dy, axis, true), share);
  }
  template <class T>
  void backward(const Array<T>& x, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
    if (x.size() == 0) return;
    const Index n = x.extent(axis);
    std::vector<Sum<T>, PoolAllocator<Sum<T>>> sums(static_cast<std::size_t>(n), Sum<T>(),
                                                    PoolAllocator<Sum<T>>(x.pool()));
    dx.in_place([&](T* target, T beta) {
      kernels::each_line(x.shape(), axis, [&](Index begin, Index step) {
        Sum<T> sum;
        for (Index t = 0; t < n; ++t) {
          sum.join(Sum<T>::of_one(x[begin + t * step]));
          sums[static_cast<std::size_t>(t)] = sum;
        }
        double behind = 0;  // Σ_{t >= s} dy_t Σ_s / Σ_t
        for (Index s = n; s-- > 0;) {
          const Sum<T>& own = sums[static_cast<std::size_t>(s)];
          const Index at = begin + s * step;
          if (behind != 0) behind *= own.share_of(sums[static_cast<std::size_t>(s + 1)]);
          behind += static_cast<double>(dy[at]);
          const double share = std::isinf(x[at]) && x[at] > 0
                                   ? std::numeric_limits<double>::quiet_NaN()  // a part of infinity
                                   : Sum<T>::of_one(x[at]).share_of(own);
          const double d = behind == 0 ? 0 : behind * share;
          target[at] = static_cast<T>((beta == 0 ? 0 : static_cast<double>(target[at])) + d);
        }
      });
    });
  }
};

// Each entry of y in the place of the next one, with `first` in that of the first: how a scan
// becomes an exclusive one.
template <class T>
Var<T> moved_on(const Var<T>& y, int axis, bool reverse, std::type_identity_t<T> first) {
  const Index n = y.extent(axis);
  if (n == 0) return y;
  const Var<T> others = reverse ? slice(y, axis, 1, n) : slice(y, axis, 0, n - 1);
  return pad(others, axis, reverse ? Padding{0, 1} : Padding{1, 0}, {.value = first});
}

// A scan that knows no options, with them.
template <class T, class Scan>
Var<T> scanned(const Var<T>& x, int axis, const ScanOptions& options,
               std::type_identity_t<T> of_none, const Scan& scan) {
  const Var<T> y = scan(options.reverse ? flip(x, {axis}) : x);
  const Var<T> out = options.exclusive ? moved_on(y, axis, false, of_none) : y;
  return options.reverse ? flip(out, {axis}) : out;
}

}  // namespace

template <class T>
Var<T> cumsum(const Var<T>& x, int axis, const ScanOptions& options, Site site) {
  return within("cumsum", x, site, [&] {
    const Var<T> y = record(Cumsum{{axis}, options.reverse}, site, x);
    return options.exclusive ? moved_on(y, axis, options.reverse, 0) : y;
  });
}

template <class T>
Var<T> cumprod(const Var<T>& x, int axis, const ScanOptions& options, Site site) {
  return within("cumprod", x, site, [&] {
    return scanned(x, axis, options, 1,
                   [&](const Var<T>& v) { return record(Cumprod{{axis}}, site, v); });
  });
}

template <class T>
Var<T> logcumsumexp(const Var<T>& x, int axis, const ScanOptions& options, Site site) {
  return within("logcumsumexp", x, site, [&] {
    return scanned(x, axis, options, -std::numeric_limits<T>::infinity(),
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
