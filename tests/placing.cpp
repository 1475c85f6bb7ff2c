// Scattering, coordinates and what is left of divisions, against plain loops and at their edges.
#include <cmath>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using A = Array<double>;
using V = Var<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

}  // namespace

BOOST_AUTO_TEST_SUITE(placing)

BOOST_AUTO_TEST_CASE(scatters_follow_their_definitions) {
  Random random{3};
  for (int turn = 0; turn < 50; ++turn) {
    const Index n = 1 + static_cast<Index>(random.below(6)),
                m = static_cast<Index>(random.below(20));
    const A x = random.normal<double>({n}), source = random.normal<double>({m});
    Indices index(Shape{m});
    for (Index i = 0; i < m; ++i) {
      index.edit()[i] = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(n)));
    }
    A put = x, largest = x, smallest = x, product = x;
    for (Index i = 0; i < m; ++i) {
      const Index at = index[i];
      put.edit()[at] = source[i];
      largest.edit()[at] = std::max(largest[at], source[i]);
      smallest.edit()[at] = std::min(smallest[at], source[i]);
      product.edit()[at] *= source[i];
    }
    Tape<double> tape;
    const V of_x = tape.variable(x), of_source = tape.variable(source);
    BOOST_TEST(equal(scatter(of_x, 0, index, of_source).value(), put));
    BOOST_TEST(equal(scatter_max(of_x, 0, index, of_source).value(), largest));
    BOOST_TEST(equal(scatter_min(of_x, 0, index, of_source).value(), smallest));
    BOOST_TEST(difference(scatter_prod(of_x, 0, index, of_source).value(), product) < 1e-13);
  }
}

// What is covered, or put where another is put later, has no influence, NaN or not.
BOOST_AUTO_TEST_CASE(what_a_scatter_does_not_choose) {
  Tape<double> tape;
  const V x = tape.variable(vector({kNan, 2, 3})), source = tape.variable(vector({kNan, 5, 3, 7}));
  const Indices index({4}, {0, 0, 2, 1});
  const auto check = [&](const V& y, const A& value, const A& dx, const A& dsource) {
    BOOST_TEST(equal(y.value(), value));
    const V seed = tape.constant(vector({1, 10, 100}));
    for (const bool rules_only : {false, true}) {
      const auto g =
          tape.gradients(y, std::vector{x, source}, {.seed = seed, .rules_only = rules_only});
      BOOST_TEST(equal(g[0].value(), dx));
      BOOST_TEST(equal(g[1].value(), dsource));
    }
  };
  check(scatter(x, 0, index, source), vector({5, 7, 3}), vector({0, 0, 0}),
        vector({0, 1, 100, 10}));
  BOOST_TEST(std::isnan(scatter_max(x, 0, index, source).value()[0]));
}

// Of the values that share a place, the largest has the derivative; equal ones share it.
BOOST_AUTO_TEST_CASE(equal_values_share) {
  for (const bool rules_only : {false, true}) {
    Tape<double> tape;
    const V x = tape.variable(vector({1, 2})), source = tape.variable(vector({1, 1, 5, 0}));
    const Indices index({4}, {0, 0, 1, 1});
    const V y = scatter_max(x, 0, index, source);
    BOOST_TEST(equal(y.value(), vector({1, 5})));
    const auto g =
        tape.gradients(y, std::vector{x, source},
                       {.seed = tape.constant(vector({3, kNan})), .rules_only = rules_only});
    BOOST_TEST(equal(slice(g[0], 0, 0, 1).value(), vector({1})));
    BOOST_TEST(g[0].value()[1] == 0);  // not chosen: nothing, of a NaN too
    BOOST_TEST(equal(slice(g[1], 0, 0, 2).value(), vector({1, 1})));
    BOOST_TEST(g[1].value()[3] == 0);
  }
}

BOOST_AUTO_TEST_CASE(products_with_zeros_have_derivatives) {
  Tape<double> tape;
  const V x = tape.variable(vector({0, 2})), source = tape.variable(vector({3, 4}));
  const V y = sum(scatter_prod(x, 0, Indices({2}, {0, 0}), source));
  const auto g = tape.gradients(y, std::vector{x, source});
  BOOST_TEST(equal(g[0].value(), vector({12, 1})));
  BOOST_TEST(equal(g[1].value(), vector({0, 0})));
}

BOOST_AUTO_TEST_CASE(coordinates_name_elements_and_rows) {
  Tape<double> tape;
  const V x = tape.variable(A({2, 3}, {0, 1, 2, 10, 11, 12}));
  BOOST_TEST(equal(gather_nd(x, Indices({2, 2}, {1, 2, 0, 1})).value(), vector({12, 1})));
  BOOST_TEST(equal(gather_nd(x, Indices({1}, {1})).value(), vector({10, 11, 12})));
  BOOST_TEST(equal(
      scatter_nd(tape.constant(vector({5, 7, 1})), Indices({3, 1}, {2, 0, 2}), Shape{3}).value(),
      vector({7, 0, 6})));
}

// What Python says of %, and C of fmod.
BOOST_AUTO_TEST_CASE(what_is_left_of_a_division) {
  Tape<double> tape;
  const V a = tape.constant(vector({7, -7, 7, -7, 6, -6, 0.3, 5, -5, 5, 1, kInfinity}));
  const V b =
      tape.constant(vector({3, 3, -3, -3, -3, 3, 0.1, kInfinity, kInfinity, -kInfinity, 0, 2}));
  const auto same = [](const V& got, const std::vector<double>& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double g = got.value()[static_cast<Index>(i)], e = expected[i];
      BOOST_TEST((std::isnan(e) ? std::isnan(g) : g == e && std::signbit(g) == std::signbit(e)),
                 "number " << i << " is " << g << ", not " << e);
    }
  };
  const double tenth = std::fmod(0.3, 0.1);
  same(mod(a, b), {1, 2, -2, -1, -0.0, 0, tenth, 5, kInfinity, -kInfinity, kNan, kNan});
  same(fmod(a, b), {1, -1, 1, -1, 0, -0.0, tenth, 5, -5, 5, kNan, kNan});
  same(floor_divide(a, b), {2, -3, -3, 2, -2, -2, 2, 0, -1, -1, kInfinity, kNan});
  same(trunc_divide(a, b), {2, -2, -2, 2, -2, -2, 2, 0, 0, -0.0, kInfinity, kInfinity});
}

// Of any size: the square of a float above 2e19 is infinite, its inverse sine is not.
BOOST_AUTO_TEST_CASE(inverse_hyperbolic_functions_in_float) {
  Tape<float> tape;
  const auto slope = [&](auto f, float at) {
    const auto x = tape.variable(Array<float>::scalar(at));
    return tape.gradients(f(x), std::vector{x})[0].item();
  };
  const auto value = [&](auto f, float at) {
    return f(tape.constant(Array<float>::scalar(at))).item();
  };
  const auto sine = [](auto x) { return asinh(x); };
  const auto cosine = [](auto x) { return acosh(x); };
  const auto tangent = [](auto x) { return atanh(x); };
  BOOST_TEST(value(sine, 1e30F) == 69.77F, boost::test_tools::tolerance(1e-4F));
  BOOST_TEST(value(sine, 1e-30F) == 1e-30F);
  BOOST_TEST(slope(sine, 1e30F) == 1e-30F, boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(slope(sine, -1e30F) == 1e-30F, boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(slope(sine, 1e-30F) == 1);
  BOOST_TEST(value(cosine, 1) == 0);
  BOOST_TEST(std::isinf(slope(cosine, 1)));
  BOOST_TEST(slope(cosine, 1e30F) == 1e-30F, boost::test_tools::tolerance(1e-6F));
  const float near = 1 - 0x1p-24F;
  BOOST_TEST(value(tangent, near) == std::atanh(near), boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(slope(tangent, near) == 0x1p23F, boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(std::isinf(value(tangent, 1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
