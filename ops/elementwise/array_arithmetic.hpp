// Arithmetic on arrays that are on no tape: data before it is trained on, results after.
// `transpose` of arrays is in ops/shapes/transpose.hpp; all else is computed by `off_tape`.
#pragma once

#include <concepts>
#include <type_traits>

#include "engram/core/tape.hpp"

namespace engram {

/// f(a, ...) of arrays, for any f that is written in operations, on a tape that is there for it
/// alone and records nothing:
///
///   const auto c = off_tape([](auto a, auto b) { return matmul(a, b); }, a, b);
template <class F, class T, std::same_as<Array<T>>... Rest>
Array<T> off_tape(const F& f, const Array<T>& a, const Rest&... rest) {
  Tape<T> tape;
  const NoRecord<T> nothing(tape);
  return f(tape.constant(a), tape.constant(rest)...).value();
}

// + - * / element by element. Shapes broadcast as those of Vars; `Error` where they do not.

template <std::floating_point T>
Array<T> operator+(const Array<T>& a, const Array<T>& b);
template <std::floating_point T>
Array<T> operator-(const Array<T>& a, const Array<T>& b);
template <std::floating_point T>
Array<T> operator*(const Array<T>& a, const Array<T>& b);
template <std::floating_point T>
Array<T> operator/(const Array<T>& a, const Array<T>& b);
template <std::floating_point T>
Array<T> operator-(const Array<T>& x) {
  return Array<T>::scalar(-1) * x;
}

// The same with a number.

template <std::floating_point T>
Array<T> operator+(const Array<T>& a, std::type_identity_t<T> s) {
  return a + Array<T>::scalar(s);
}
template <std::floating_point T>
Array<T> operator+(std::type_identity_t<T> s, const Array<T>& a) {
  return Array<T>::scalar(s) + a;
}
template <std::floating_point T>
Array<T> operator-(const Array<T>& a, std::type_identity_t<T> s) {
  return a - Array<T>::scalar(s);
}
template <std::floating_point T>
Array<T> operator-(std::type_identity_t<T> s, const Array<T>& a) {
  return Array<T>::scalar(s) - a;
}
template <std::floating_point T>
Array<T> operator*(const Array<T>& a, std::type_identity_t<T> s) {
  return a * Array<T>::scalar(s);
}
template <std::floating_point T>
Array<T> operator*(std::type_identity_t<T> s, const Array<T>& a) {
  return Array<T>::scalar(s) * a;
}
template <std::floating_point T>
Array<T> operator/(const Array<T>& a, std::type_identity_t<T> s) {
  return a / Array<T>::scalar(s);
}
template <std::floating_point T>
Array<T> operator/(std::type_identity_t<T> s, const Array<T>& a) {
  return Array<T>::scalar(s) / a;
}

}  // namespace engram
