#pragma once

#include <limits>

#include "engram/ops/elementwise/comparisons.hpp"

namespace engram {

/// What stands for the values that are no finite numbers.
template <class T>
struct Replacements {
  T nan = 0;
  T positive_infinity = (std::numeric_limits<T>::max)();
  T negative_infinity = std::numeric_limits<T>::lowest();
};

namespace ops {

template <class T>
struct NanToNum : Replacements<T> {
  static constexpr auto name = "nan_to_num";
  template <class B>
  B f(B x) const {
    constexpr T most = (std::numeric_limits<T>::max)();
    const B y = select(x > B(most), B(this->positive_infinity), x);
    return select(isnan(x), B(this->nan), select(x < B(-most), B(this->negative_infinity), y));
  }
  auto df(auto x, auto) const { return Mask(equal(x - x, 0)); }  // ∞ - ∞ is NaN
};

}  // namespace ops

/// x with finite numbers in place of NaN and infinities, element by element.
///
/// Shapes:     any
/// Forward:    y = x where it is finite, else its replacement: 0, the largest, the lowest number
/// Derivative: dx = dy where x is finite, 0 elsewhere
/// Saves:      nothing beyond x
/// Order:      any
/// Accuracy:   exact
/// Throws:     nothing of its own
/// Source:     NumPy, "numpy.nan_to_num"
template <class T>
Var<T> nan_to_num(const Var<T>& x, const Replacements<T>& with = {}, Site site = Site::current()) {
  return elementwise(ops::NanToNum<T>{with}, site, x);
}
auto nan_to_num(const AnyDual auto& x, const Replacements<Number<decltype(x)>>& with = {}) {
  return evaluate(ops::NanToNum<Number<decltype(x)>>{with}, x);
}

}  // namespace engram
