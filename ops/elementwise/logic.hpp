// Truth as numbers: 1 where it holds, 0 elsewhere. What is not 0 counts as true, NaN too.
#pragma once

#include <limits>

#include "engram/ops/elementwise/comparisons.hpp"
#include "engram/ops/elementwise/rounding.hpp"

namespace engram {
namespace ops {

struct LogicalAnd : Comparison {
  static constexpr auto name = "logical_and";
  template <class B>
  static B f(const B& a, const B& b) {
    return select((a == B(0)) || (b == B(0)), B(0), B(1));
  }
};
struct LogicalOr : Comparison {
  static constexpr auto name = "logical_or";
  template <class B>
  static B f(const B& a, const B& b) {
    return select((a == B(0)) && (b == B(0)), B(0), B(1));
  }
};
struct LogicalXor : Comparison {
  static constexpr auto name = "logical_xor";
  template <class B>
  static B f(const B& a, const B& b) {  // xsimd's ^ of masks is wrong on AVX-512
    return select(a == B(0), select(b == B(0), B(0), B(1)), select(b == B(0), B(1), B(0)));
  }
};
struct LogicalNot : Flat {
  static constexpr auto name = "logical_not";
  template <class B>
  static B f(const B& x) {
    return select(x == B(0), B(1), B(0));
  }
};

struct IsNan : Flat {
  static constexpr auto name = "is_nan";
  template <class B>
  static B f(const B& x) {
    return select(isnan(x), B(1), B(0));
  }
};
struct IsInf : Flat {
  static constexpr auto name = "is_inf";
  template <class B>
  static B f(const B& x) {
    return select(abs(x) > B((std::numeric_limits<Number<B>>::max)()), B(1), B(0));
  }
};
struct IsFinite : Flat {
  static constexpr auto name = "is_finite";
  template <class B>
  static B f(const B& x) {
    return select(abs(x) <= B((std::numeric_limits<Number<B>>::max)()), B(1), B(0));
  }
};

}  // namespace ops

/// 1 where neither a nor b is 0, 0 elsewhere.
///
/// Shapes:     any two that broadcast together
/// Forward:    y = [a ≠ 0 and b ≠ 0]; NaN is not 0
/// Derivative: 0 everywhere
/// Saves:      nothing
/// Order:      any; all are 0
/// Accuracy:   exact
/// Throws:     `Error` when the shapes do not broadcast
/// Source:     NumPy, "numpy.logical_and"
template <class T>
Var<T> logical_and(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::LogicalAnd{}, site, a, b);
}
/// 1 where a or b, or both, are not 0; otherwise as `logical_and`.
template <class T>
Var<T> logical_or(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::LogicalOr{}, site, a, b);
}
/// 1 where one of a and b is 0 and the other is not; otherwise as `logical_and`.
template <class T>
Var<T> logical_xor(const Var<T>& a, const Var<T>& b, Site site = Site::current()) {
  return elementwise(ops::LogicalXor{}, site, a, b);
}
/// 1 where x is 0, 0 elsewhere; otherwise as `logical_and`, of one input.
template <class T>
Var<T> logical_not(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::LogicalNot{}, site, x);
}
auto logical_and(const AnyDual auto& a, const AnyDual auto& b) {
  return evaluate(ops::LogicalAnd{}, a, b);
}
auto logical_or(const AnyDual auto& a, const AnyDual auto& b) {
  return evaluate(ops::LogicalOr{}, a, b);
}
auto logical_xor(const AnyDual auto& a, const AnyDual auto& b) {
  return evaluate(ops::LogicalXor{}, a, b);
}
auto logical_not(const AnyDual auto& x) { return evaluate(ops::LogicalNot{}, x); }

/// 1 where x is no number, 0 elsewhere.
///
/// Shapes:     any
/// Forward:    y = [x is NaN]
/// Derivative: 0 everywhere
/// Saves:      nothing
/// Order:      any; all are 0
/// Accuracy:   exact
/// Throws:     nothing of its own
/// Source:     IEEE 754, section 5.7.2
template <class T>
Var<T> is_nan(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::IsNan{}, site, x);
}
/// 1 where x is ∞ or -∞; otherwise as `is_nan`.
template <class T>
Var<T> is_inf(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::IsInf{}, site, x);
}
/// 1 where x is neither infinite nor NaN; otherwise as `is_nan`.
template <class T>
Var<T> is_finite(const Var<T>& x, Site site = Site::current()) {
  return elementwise(ops::IsFinite{}, site, x);
}
auto is_nan(const AnyDual auto& x) { return evaluate(ops::IsNan{}, x); }
auto is_inf(const AnyDual auto& x) { return evaluate(ops::IsInf{}, x); }
auto is_finite(const AnyDual auto& x) { return evaluate(ops::IsFinite{}, x); }

}  // namespace engram
