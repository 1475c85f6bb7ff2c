#include "engram/tests/float_lane/units.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engram/core/error.hpp"

namespace engram::testing {
namespace {

template <class T>
double ulp(double x) {
  constexpr double kLargest = std::numeric_limits<T>::max();
  const T size = static_cast<T>(std::min(std::abs(x), kLargest / 2));
  return static_cast<double>(std::nextafter(size, std::numeric_limits<T>::infinity())) -
         static_cast<double>(size);
}

// How many units `got` is off, of which `unit` is one. What is beyond the range of T may be any
// infinity or NaN, and so may a sum of what is.
template <class T>
double distance(T got, double want, double unit, bool finite_inputs) {
  constexpr double kLargest = std::numeric_limits<T>::max();
  if (std::isnan(want)) return std::isnan(got) ? 0 : INFINITY;
  if (static_cast<T>(want) == got) return 0;
  if (std::isinf(want)) return finite_inputs && !std::isfinite(got) ? 0 : INFINITY;
  if (!std::isfinite(got)) {
    const double size = unit / std::numeric_limits<T>::epsilon();
    return std::max(std::abs(want), size) > kLargest / 4 ? 0 : INFINITY;
  }
  return std::abs(got - want) / unit;
}

}  // namespace

template <class T>
Worst compare(const std::string& name, const Array<T>& got, const Reference& right, Of unit,
              bool finite_inputs) {
  Worst worst;
  constexpr double kEpsilon = std::numeric_limits<T>::epsilon();
  const Array<double>& want = right.values;
  double least = 10.0 * std::numeric_limits<T>::min();
  if (unit == Of::upstream) least += 2 * kEpsilon;
  if (unit == Of::inputs_and_one || unit == Of::differences_and_one) least += kEpsilon;
  for (Index i = 0; i < want.size(); ++i) {
    double one = std::max(ulp<T>(want[i]), least);
    if (is_conditioned(unit)) {
      const double spread = right.spread[i];
      if (!std::isfinite(spread) && std::isfinite(want[i])) continue;
      const Index sizes = right.size.size();
      const double size = sizes == 0 ? 0 : right.size[sizes == 1 ? 0 : i];
      one = std::max(one, least + kEpsilon * size) + (std::isfinite(spread) ? spread : 0);
    }
    if (unit == Of::nothing) one = std::numeric_limits<double>::min();
    const double units = distance(got[i], want[i], one, finite_inputs);
    if (units > worst.units) {
      worst = {units,
               text(name, " at ", i, ": ", got[i], " instead of ", want[i], " (unit ", one, ")")};
    }
  }
  return worst;
}

template Worst compare(const std::string&, const Array<float>&, const Reference&, Of, bool);
template Worst compare(const std::string&, const Array<double>&, const Reference&, Of, bool);

}  // namespace engram::testing
