#pragma once

#include "engram/ops/elementwise/elementwise.hpp"

namespace engram {

/// b where the condition is 0, else a, for SIMD batches.
template <SimdBatch B>
B where(const B& condition, const std::type_identity_t<B>& a, const std::type_identity_t<B>& b) {
  return select(condition == B(0), b, a);
}

namespace ops {

struct Where {
  static constexpr auto name = "where";
  static auto f(auto condition, auto a, auto b) { return where(condition, a, b); }
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
Var<T> where(const Var<T>& condition, const Var<T>& a, const Var<T>& b,
             Site site = Site::current()) {
  return elementwise(ops::Where{}, site, condition, a, b);
}
/// The same with plain numbers.
template <class T>
Var<T> where(const Var<T>& condition, const Var<T>& a, std::type_identity_t<T> b,
             Site site = Site::current()) {
  return where(condition, a, constant_like(condition, b, site), site);
}
template <class T>
Var<T> where(const Var<T>& condition, std::type_identity_t<T> a, const Var<T>& b,
             Site site = Site::current()) {
  return where(condition, constant_like(condition, a, site), b, site);
}
template <class T>
Var<T> where(const Var<T>& condition, std::type_identity_t<T> a, std::type_identity_t<T> b,
             Site site = Site::current()) {
  return where(condition, constant_like(condition, a, site), b, site);
}

auto where(const AnyDual auto& condition, const auto& a, const auto& b) {
  return evaluate(ops::Where{}, condition, constant_like(condition, a),
                  constant_like(condition, b));
}

}  // namespace engram
