// How far numbers are from the expected ones.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/core/array.hpp"

namespace engram::testing {

/// |got - expected| / unit: 0 for the same infinity, and infinite for NaN, which no maximum of
/// differences may lose.
inline double difference(double got, double expected, double unit = 1) {
  if (got == expected) return 0;
  const double out = std::abs(got - expected) / unit;
  return std::isnan(out) ? std::numeric_limits<double>::infinity() : out;
}

/// The same in units of max(1, |expected|).
inline double relative_difference(double got, double expected) {
  return difference(got, expected, std::max(1.0, std::abs(expected)));
}

/// The largest of the elements of two arrays of one shape.
template <class A, class B>
double difference(const Array<A>& got, const Array<B>& expected) {
  BOOST_REQUIRE_EQUAL(got.shape(), expected.shape());
  double worst = 0;
  for (Index i = 0; i < got.size(); ++i) worst = std::max(worst, difference(got[i], expected[i]));
  return worst;
}
template <class A, class B>
double relative_difference(const Array<A>& got, const Array<B>& expected) {
  BOOST_REQUIRE_EQUAL(got.shape(), expected.shape());
  double worst = 0;
  for (Index i = 0; i < got.size(); ++i) {
    worst = std::max(worst, relative_difference(got[i], expected[i]));
  }
  return worst;
}

}  // namespace engram::testing
