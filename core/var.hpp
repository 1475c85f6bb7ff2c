// Var: the handle of a value on a tape, and the spelling of arithmetic on it.
#pragma once

#include <cstdint>

#include "engram/core/array.hpp"
#include "engram/core/error.hpp"
#include "engram/core/tape/tape_cell.hpp"

namespace engram {

template <class T>
struct Located;
template <class T>
struct LocatedNumber;

/// Number of a value on its tape: values are numbered in the order they are recorded.
using Id = std::uint32_t;

/// A value on a tape: 16 bytes, passed by value. Good until the tape is cleared; using it later
/// throws an `Error` that says so. The operators + - * / broadcast as in NumPy; `*` is the
/// Hadamard product. What they do is in `ops/elementwise/arithmetic.hpp`. Comparisons give masks, 1
/// where they hold and 0 elsewhere (`ops/elementwise/comparisons.hpp`).
template <class T>
class Var {
 public:
  using value_type = T;

  Var() = default;  ///< no value: every use throws
  /// A value of the tape that `cell` is of (`Tape::var`).
  Var(TapeCell<T>& cell, Id id) : cell_(&cell), id_(id), generation_(cell.generation()) {}

  /// The tape the value is on. Throws `Error` for a `Var` that was never given a value, and for one
  /// whose tape was cleared or is gone.
  Tape<T>& tape() const {
    if (!is_current()) refuse();
    return *cell_->tape();
  }
  /// Whether its tape is there and was not cleared since.
  bool is_current() const { return cell_->generation() == generation_; }
  bool is_on(const TapeCell<T>& cell) const { return cell_ == &cell; }
  /// Whether both are of one tape, between the same two times that it was cleared.
  bool is_beside(const Var& other) const {
    return cell_ == other.cell_ && generation_ == other.generation_;
  }
  /// Whether both are the same value.
  bool is(const Var& other) const { return is_beside(other) && id_ == other.id_; }
  /// Whether it was ever given a value.
  bool has_value() const { return generation_ != 0; }
  Id id() const { return id_; }

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
  [[noreturn, gnu::cold]] void refuse() const {
    if (!has_value()) {
      fail("this Var holds no value: it was default-constructed and never assigned");
    }
    if (!cell_->tape()) {
      fail(
          "this Var is stale: its tape is gone; keep the tape while its values are used, or keep "
          "their value() as an Array");
    }
    fail(
        "this Var is stale: its tape was cleared after it was recorded, or is gone; record it "
        "again, or keep its value() as an Array");
  }

  TapeCell<T>* cell_ = &TapeCell<T>::none();
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
