// Var: the handle of a value on a tape, and the spelling of arithmetic on it.
#pragma once

#include <cstdint>

#include "engram/core/array.hpp"
#include "engram/core/error.hpp"

namespace engram {

template <class T>
class Tape;
template <class T>
struct Located;
template <class T>
struct LocatedNumber;

/// Number of a value on its tape: values are numbered in the order they are recorded.
using Id = std::uint32_t;

/// A value on a tape: 16 bytes, passed by value. Good until the tape is cleared; using it later
/// throws an `Error` that says so. The operators + - * / broadcast as in NumPy; `*` is the
/// Hadamard product. What they do is in `ops/arithmetic.hpp`. Comparisons give masks, 1 where they
/// hold and 0 elsewhere (`ops/comparisons.hpp`).
template <class T>
class Var {
 public:
  using value_type = T;

  Var() = default;  ///< no value: every use throws
  Var(Tape<T>& tape, Id id, std::uint32_t generation)
      : tape_(&tape), id_(id), generation_(generation) {}

  /// The tape the value is on. Throws `Error` for a `Var` that was never given a value.
  Tape<T>& tape() const {
    if (!tape_) fail("this Var holds no value: it was default-constructed and never assigned");
    return *tape_;
  }
  bool is_on(const Tape<T>& tape) const { return tape_ == &tape; }
  Id id() const { return id_; }
  std::uint32_t generation() const { return generation_; }

  Shape shape() const { return tape().node(*this).value.shape(); }
  int rank() const { return shape().rank(); }
  Index extent(int axis) const { return shape().extent(axis); }
  Index size() const { return shape().size(); }
  /// The numbers. The returned array stays good when the tape is cleared.
  Array<T> value() const { return tape().value(*this).settled(); }
  /// The number, of a value with one element. Throws `Error` for any other.
  T item() const { return tape().value(*this).item(); }

  // The signs only spell: they call the add, sub, mul, div and neg that are found for a Var.
  friend Var operator+(Located<T> a, Located<T> b) { return add(a.var, b.var, a.site); }
  friend Var operator+(Located<T> a, T b) { return add(a.var, b, a.site); }
  friend Var operator+(T a, Located<T> b) { return add(b.var, a, b.site); }
  friend Var operator-(Located<T> a, Located<T> b) { return sub(a.var, b.var, a.site); }
  friend Var operator-(Located<T> a, T b) { return sub(a.var, b, a.site); }
  friend Var operator-(T a, Located<T> b) { return sub(a, b.var, b.site); }
  friend Var operator*(Located<T> a, Located<T> b) { return mul(a.var, b.var, a.site); }
  friend Var operator*(Located<T> a, T b) { return mul(a.var, b, a.site); }
  friend Var operator*(T a, Located<T> b) { return mul(b.var, a, b.site); }
  friend Var operator/(Located<T> a, Located<T> b) { return div(a.var, b.var, a.site); }
  friend Var operator/(Located<T> a, T b) { return div(a.var, b, a.site); }
  friend Var operator/(T a, Located<T> b) { return div(a, b.var, b.site); }
  friend Var operator-(Located<T> a) { return neg(a.var, a.site); }

  // y += x is y = y + x: y is then the handle of the sum, and what it was stays on the tape.
  friend Var& operator+=(Var& a, Located<T> b) { return a = add(a, b.var, b.site); }
  friend Var& operator+=(Var& a, LocatedNumber<T> b) { return a = add(a, b.number, b.site); }
  friend Var& operator-=(Var& a, Located<T> b) { return a = sub(a, b.var, b.site); }
  friend Var& operator-=(Var& a, LocatedNumber<T> b) { return a = sub(a, b.number, b.site); }
  friend Var& operator*=(Var& a, Located<T> b) { return a = mul(a, b.var, b.site); }
  friend Var& operator*=(Var& a, LocatedNumber<T> b) { return a = mul(a, b.number, b.site); }
  friend Var& operator/=(Var& a, Located<T> b) { return a = div(a, b.var, b.site); }
  friend Var& operator/=(Var& a, LocatedNumber<T> b) { return a = div(a, b.number, b.site); }

  // Comparisons spell equal, not_equal, less, less_equal, greater and greater_equal.
  friend Var operator==(Located<T> a, Located<T> b) { return equal(a.var, b.var, a.site); }
  friend Var operator==(Located<T> a, T b) { return equal(a.var, b, a.site); }
  friend Var operator==(T a, Located<T> b) { return equal(b.var, a, b.site); }
  friend Var operator!=(Located<T> a, Located<T> b) { return not_equal(a.var, b.var, a.site); }
  friend Var operator!=(Located<T> a, T b) { return not_equal(a.var, b, a.site); }
  friend Var operator!=(T a, Located<T> b) { return not_equal(b.var, a, b.site); }
  friend Var operator<(Located<T> a, Located<T> b) { return less(a.var, b.var, a.site); }
  friend Var operator<(Located<T> a, T b) { return less(a.var, b, a.site); }
  friend Var operator<(T a, Located<T> b) { return greater(b.var, a, b.site); }
  friend Var operator<=(Located<T> a, Located<T> b) { return less_equal(a.var, b.var, a.site); }
  friend Var operator<=(Located<T> a, T b) { return less_equal(a.var, b, a.site); }
  friend Var operator<=(T a, Located<T> b) { return greater_equal(b.var, a, b.site); }
  friend Var operator>(Located<T> a, Located<T> b) { return greater(a.var, b.var, a.site); }
  friend Var operator>(Located<T> a, T b) { return greater(a.var, b, a.site); }
  friend Var operator>(T a, Located<T> b) { return less(b.var, a, b.site); }
  friend Var operator>=(Located<T> a, Located<T> b) { return greater_equal(a.var, b.var, a.site); }
  friend Var operator>=(Located<T> a, T b) { return greater_equal(a.var, b, a.site); }
  friend Var operator>=(T a, Located<T> b) { return less_equal(b.var, a, b.site); }

 private:
  Tape<T>* tape_ = nullptr;
  Id id_ = 0;
  std::uint32_t generation_ = 0;
};

/// A `Var` together with the place it was used: how operators know where they are written.
template <class T>
struct Located {
  Located(const Var<T>& used, Site where = Site::current()) : var(used), site(where) {}
  Var<T> var;
  Site site;
};

/// The same of a plain number.
template <class T>
struct LocatedNumber {
  LocatedNumber(T given, Site where = Site::current()) : number(given), site(where) {}
  T number;
  Site site;
};

}  // namespace engram
