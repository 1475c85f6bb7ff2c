// Every elementwise function of one input, in float and double, against the standard library in
// long double: over a grid to a stated number of units in the last place, and at the scalars where
// things go wrong, where also the derivatives are what the headers say.
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/ops/ops.hpp"
#include "engram/ops/reductions/reduce.hpp"
#include "engram/tests/elementwise_functions.hpp"

namespace engram::testing {
namespace {

template <class T>
Array<T> array(const std::vector<double>& values) {
  return Array<T>(Shape{static_cast<Index>(values.size())},
                  std::vector<T>(values.begin(), values.end()));
}

std::vector<double> edges() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> out{0, std::nan("")};
  for (const double x : {0.0, 0.49, 0.99, 1.0, 1.01, 1.3, 2.5, 3.0, 30.0, 1e-30, infinity}) {
    out.insert(out.end(), {x, -x});
  }
  return out;
}

std::vector<double> grid(double low, double high) {
  std::vector<double> out;
  constexpr int points = 4001;
  for (int k = 0; k < points; ++k) out.push_back(low + (high - low) * k / (points - 1));
  for (double x = 1e-30; x < 1e30; x *= 7) {
    for (const double v : {x, -x}) {
      if (low < v && v < high) out.push_back(v);
    }
  }
  return out;
}

// How far `got` is from `expected`, in units of its last place; less than the least normal number
// may be 0.
template <class T>
double ulps(T got, Real expected) {
  const T nearest = static_cast<T>(expected);
  if (std::isnan(nearest)) return std::isnan(got) ? 0 : 1e9;
  if (std::isinf(nearest) || std::isinf(got)) return got == nearest ? 0 : 1e9;
  if (std::abs(nearest) < std::numeric_limits<T>::min()) {
    return std::abs(got) <= std::numeric_limits<T>::min() ? 0 : 1e9;
  }
  const T size = std::abs(nearest);
  const Real ulp = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
  const Real distance = std::abs(got - expected) / ulp;
  return std::isnan(distance) ? 1e9 : static_cast<double>(distance);
}

template <class T>
void check_values(const Function& f, double most) {
  const Array<T> x = array<T>(grid(f.low, f.high));
  const Array<T> at = array<T>(edges());
  Tape<T> tape;
  const Array<T> y = f(tape.constant(x)).value(), on_edges = f(tape.constant(at)).value();
  double worst = 0, where = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const double distance = ulps(y[i], f.value(x[i]));
    if (distance > worst) worst = distance, where = x[i];
  }
  BOOST_TEST_MESSAGE(f.name << " of " << sizeof(T) << " bytes: " << worst << " ulp at " << where);
  BOOST_TEST(worst <= most, f.name << " of " << where << " is off by " << worst << " ulp");
  for (Index i = 0; i < at.size(); ++i) {
    const Real expected = f.value(at[i]);
    BOOST_TEST(ulps(on_edges[i], expected) <= std::max(most, f.most_at_edges),
               f.name << " of " << at[i] << " is " << on_edges[i] << ", not " << expected);
    if (at[i] == 0 && expected == 0) {
      BOOST_TEST(std::signbit(on_edges[i]) == std::signbit(expected), f.name << " of " << at[i]);
    }
  }
}

// A value does not depend on where in an array it stands, nor on what is beside it.
template <class T>
void check_neighbours(const Function& f) {
  std::vector<double> all = grid(f.low, f.high), few = edges();
  std::vector<double> mixed;
  for (std::size_t i = 0; i < 400; ++i) {
    mixed.push_back(all[(i * 37) % all.size()]);
    if (i % 3 == 0) mixed.push_back(few[i % few.size()]);
    if (i % 5 == 0) mixed.push_back(1e5 + static_cast<double>(i));
  }
  const Array<T> x = array<T>(mixed);
  Tape<T> tape;
  const Array<T> y = f(tape.constant(x)).value();
  for (Index i = 0; i < x.size(); ++i) {
    const T alone = f(tape.constant(Array<T>::scalar(x[i]))).item();
    const bool same = std::isnan(alone) ? std::isnan(y[i]) : alone == y[i];
    BOOST_TEST(same, f.name << " of " << x[i] << " is " << alone << ", beside others " << y[i]);
  }
}

template <class T>
void check_derivatives(const Function& f) {
  const Array<T> at = array<T>(edges());
  constexpr double tolerance = 32 * std::numeric_limits<T>::epsilon();
  for (const BackwardOptions<T>& how :
       {BackwardOptions<T>{}, BackwardOptions<T>{.rules_only = true},
        BackwardOptions<T>{.record = true}}) {
    Tape<T> tape;
    const Var<T> x = tape.variable(at);
    const Array<T> d = tape.gradients(sum(f(x)), std::vector<Var<T>>{x}, how)[0].value();
    for (Index i = 0; i < at.size(); ++i) {
      if (std::isnan(at[i])) continue;
      const T expected = static_cast<T>(f.derivative(at[i]));
      const bool same =
          std::isnan(expected) ? std::isnan(d[i])
          : std::isinf(expected)
              ? d[i] == expected
              : std::abs(d[i] - expected) <= tolerance * std::max(1.0, std::abs(double(expected)));
      BOOST_TEST(same, "derivative of " << f.name << " at " << at[i] << " is " << d[i] << ", not "
                                        << expected
                                        << (how.record       ? ", recorded"
                                            : how.rules_only ? ", by the rule"
                                                             : ", in the kernel"));
    }
  }
}

const auto kFunctions = boost::unit_test::data::make(elementwise_functions());

}  // namespace

BOOST_AUTO_TEST_SUITE(elementwise_edges)

BOOST_DATA_TEST_CASE(values_in_float, kFunctions, f) { check_values<float>(f, f.most_in_float); }
BOOST_DATA_TEST_CASE(values_in_double, kFunctions, f) { check_values<double>(f, f.most_in_double); }
BOOST_DATA_TEST_CASE(neighbours_do_not_matter, kFunctions, f) {
  check_neighbours<float>(f);
  check_neighbours<double>(f);
}
BOOST_DATA_TEST_CASE(derivatives_in_float, kFunctions, f) { check_derivatives<float>(f); }
BOOST_DATA_TEST_CASE(derivatives_in_double, kFunctions, f) { check_derivatives<double>(f); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
