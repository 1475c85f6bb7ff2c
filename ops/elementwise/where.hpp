#pragma once

#include "engram/ops/elementwise/elementwise.hpp"

namespace engram {

auto where(const Element auto& condition, const auto& a, const auto& b);

namespace ops {

struct Where {
  static constexpr auto name = "where";
  template <class B>
  static B f(B condition, B a, B b) {
    return select(condition == B(0), b, a);
  }
  static auto da(auto, auto, auto, auto) { return Constant<0>{}; }
  static auto db(auto condition, auto, auto, auto) { return Mask(where(condition, 1, 0)); }
  static auto dc(auto condition, auto, auto, auto) { return Mask(where(condition, 0, 1)); }
};

}  // namespace ops

/// a where the condition holds, b elsewhere, element by element.
///
/// Shapes:     any three that broadcast together
/// Forward:    y = a where condition is not 0 (NaN is not), b where it is
/// Derivative: da = dy where the condition holds and 0 elsewhere, db the other way round, even
///             where dy is infinite; the condition has none
/// Saves:      nothing beyond the condition
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     NumPy, "numpy.where"
template <class T>
Var<T> where(const Var<T>& condition, const Operand<T>& a, const Operand<T>& b,
             Site site = Site::current()) {
  return elementwise(ops::Where{}, site, condition, a.beside(condition, site),
                     b.beside(condition, site));
}
auto where(const Element auto& condition, const auto& a, const auto& b) {
  return evaluate(ops::Where{}, condition, constant_like(condition, a),
                  constant_like(condition, b));
}

}  // namespace engram
