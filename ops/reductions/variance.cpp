#include "engram/ops/reductions/variance.hpp"

#include <cmath>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/sqrt.hpp"
#include "engram/ops/reductions/norm.hpp"

namespace engram {
namespace {

// x less its mean, in two steps: where the mean is large, the first rounds it. That one is a
// constant, which leaves the derivative as it is.
template <class T>
Var<T> centred(const Var<T>& x, const Axes& axes) {
  const Var<T> near = x - detach(mean(x, axes, true));
  return near - mean(near, axes, true);
}

// What the sum of squares is divided by.
double freedom(const Shape& x, const Axes& axes, double correction) {
  if (x.size() == 0) fail("no values in ", x);
  const Index n = x.size() / axes.kept(x).size();
  const double left = static_cast<double>(n) - correction;
  if (!(left > 0)) fail(n, " values and a correction of ", correction, "; need more values");
  return left;
}

}  // namespace

template <class T>
Var<T> variance(const Var<T>& x, const Axes& axes, bool keep, double correction, Site site) {
  return within("variance", x, site, [&] {
    const double n = freedom(x.shape(), axes, correction);
    const Var<T> squares = square(centred(x, axes));
    return sum(squares, axes, keep) / static_cast<T>(n);
  });
}

template <class T>
Var<T> standard_deviation(const Var<T>& x, const Axes& axes, bool keep, double correction,
                          Site site) {
  return within("standard_deviation", x, site, [&] {
    const double n = freedom(x.shape(), axes, correction);
    return norm(centred(x, axes), axes, keep, 2) / static_cast<T>(std::sqrt(n));
  });
}

template Var<float> variance(const Var<float>&, const Axes&, bool, double, Site);
template Var<double> variance(const Var<double>&, const Axes&, bool, double, Site);
template Var<float> standard_deviation(const Var<float>&, const Axes&, bool, double, Site);
template Var<double> standard_deviation(const Var<double>&, const Axes&, bool, double, Site);

}  // namespace engram
