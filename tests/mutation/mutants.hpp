// Mutants: a copy of the sources in which every operand of every derivative rule asks whether it is
// the one to be changed. `.ci/mutation` writes that copy (sites.py) and puts this file into it.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "engram/core/array.hpp"
#include "engram/core/loops/simd.hpp"
#include "engram/core/var.hpp"
#include "engram/tests/mutation/selected.hpp"

namespace engram::mutants {

/// Whether this run looks which sites are reached, by which tests, with values of which type.
extern const bool looking;
void reached(std::uint64_t site, char type);

/// Of values: (v)alue, (f)loating, (i)ntegral, (b)ool, (e)num, indices (x), constants (c), pairs
/// that can change places (w); (o)ther.
template <class X>
struct Type {
  static constexpr char of = std::is_same_v<X, bool>       ? 'b'
                             : std::is_floating_point_v<X> ? 'f'
                             : std::is_integral_v<X>       ? 'i'
                             : std::is_enum_v<X>           ? 'e'
                             : std::is_same_v<X, Indices>  ? 'x'
                                                           : 'o';
};
template <class T>
struct Type<Var<T>> {
  static constexpr char of = 'v';
};
template <class T>
struct Type<xsimd::batch<T>> {
  static constexpr char of = 'v';
};
template <std::floating_point T>
struct Type<Array<T>> {
  static constexpr char of = 'v';
};

/// Whether the numbers of `x` are there: of an array that is not read only the shape may be.
template <class X>
bool is_there(const X& x) {
  if constexpr (requires { x.is_strided(); }) {
    return x.size() == 1 || x.shares_memory_with(x);
  } else {
    return true;
  }
}

template <class T>
Array<T> mapped(const Array<T>& x, const auto& f) {
  Array<T> y = x.dense();
  T* to = y.edit();
  for (Index i = 0; i < y.size(); ++i) to[i] = f(y, i);
  return y;
}

/// -x (n), 2 x (d) or 1 - x (m).
template <class X>
X other_value(const X& x, char change) {
  return change == 'n' ? X(-x) : change == 'd' ? X(x + x) : X(1 - x);
}

/// The same of any type; or x + 1 (p), not x (t), in reverse order (r).
template <class X>
X changed(const X& x, char change) {
  if constexpr (Type<X>::of == 'b') {
    return !x;
  } else if constexpr (Type<X>::of == 'i') {
    return static_cast<X>(x + 1);
  } else if constexpr (Type<X>::of == 'e') {
    return static_cast<X>(!static_cast<bool>(x));
  } else if constexpr (Type<X>::of == 'f') {
    return change == 'p' ? x + 1 : other_value(x, change);
  } else if constexpr (Type<X>::of == 'x') {
    return mapped(x, [&](const X&, Index i) { return x[x.size() - 1 - i]; });
  } else if constexpr (requires { x.is_strided(); }) {
    return mapped(x, [&](const X& y, Index i) { return other_value(y[i], change); });
  } else {
    return other_value(x, change);
  }
}

struct Site {
  std::uint64_t id;
  explicit Site(std::uint64_t number) : id(number) {
    if (looking) reached(id, 'o');
  }
};

template <class X>
using Result = std::conditional_t<std::is_lvalue_reference_v<X>, X, std::remove_cvref_t<X>>;

/// `(Site(n), x)` is x, or what has become of it. A comma may have a void expression after it.
/// What is changed stays until the program ends: somebody may hold a reference.
template <class X>
Result<X> operator,(const Site& site, X&& x) {
  using Value = std::remove_cvref_t<X>;
  if constexpr (Type<Value>::of != 'o') {
    if (looking && is_there(x)) {
      reached(site.id, Type<Value>::of);
      if constexpr (Type<Value>::of == 'f') {
        if (x != 0) reached(site.id, 'g');
      }
    }
    if (at(site.id) && is_there(x)) return *new Value(changed<Value>(x, selected.change));
  }
  return static_cast<X&&>(x);
}

template <class Y>
struct Other {
  std::uint64_t id;
  Y* y;
};
template <class Y>
Other<Y> other(std::uint64_t id, Y& y) {
  if (looking) reached(id, 'o');
  return {id, &y};
}
/// `(other(n, y), x)` is x, or y.
template <class Y, class X>
Result<X> operator,(const Other<Y>& other, X&& x) {
  if constexpr (Type<std::remove_cvref_t<X>>::of == 'v' &&
                std::is_same_v<std::remove_cvref_t<X>, std::remove_cvref_t<Y>>) {
    if (looking) reached(other.id, 'w');
    if (at(other.id)) return const_cast<std::remove_cvref_t<Y>&>(*other.y);
  }
  return static_cast<X&&>(x);
}

/// Whether a rule that is empty is to do something (a).
inline bool added(std::uint64_t site) {
  if (looking) reached(site, 'a');
  return at(site);
}

/// What stands for `Constant<value>{}`, as a number that can be another one.
template <int value>
double constant(std::uint64_t site) {
  if (looking) reached(site, 'c');
  if (!at(site)) return value;
  return value == 0 ? 1 : selected.change == 'n' ? -value : 2 * value;
}

}  // namespace engram::mutants
