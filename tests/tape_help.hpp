// What the tests of arrays and tapes share.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "engram/core/array.hpp"

namespace engram::testing {

/// What the `Error` says that `f` throws.
template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// The same numbers in another precision.
template <class T>
Array<T> cast(const Array<double>& x) {
  return Array<T>(x.shape(), std::vector<T>(x.begin(), x.end()));
}

inline Array<double> vector(std::initializer_list<double> values) {
  return Array<double>(Shape{static_cast<Index>(values.size())}, values);
}

inline bool equal(const Array<double>& a, const Array<double>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace engram::testing
