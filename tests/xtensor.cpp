// Arrays go to xtensor without a copy, and any expression comes back.
#include "engram/core/xtensor.hpp"

#include <algorithm>
#include <type_traits>

#include <boost/test/unit_test.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "engram/core/tape.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"

namespace engram::testing {
namespace {

template <class T>
bool equal(const Array<T>& a, const Shape& shape, std::initializer_list<T> values) {
  return a.shape() == shape && std::equal(a.begin(), a.end(), values.begin(), values.end());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(xtensor)

BOOST_AUTO_TEST_CASE(an_array_is_an_expression) {
  const Array<double> a({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto x = as_xtensor(a);
  BOOST_TEST(x.dimension() == 2U);
  BOOST_TEST(x.shape(1) == 3U);
  BOOST_TEST(x(1, 0) == 4);
  BOOST_TEST(x.data() == a.data());  // no copy
  static_assert(!std::is_assignable_v<decltype(as_xtensor(a)(0, 0)), double>, "it is for reading");
  BOOST_TEST(xt::sum(x)() == 21);
  BOOST_TEST(xt::sum(xt::view(x, xt::all(), 1))() == 7);
  BOOST_TEST(as_xtensor(Array<float>::scalar(3))() == 3);
  BOOST_TEST(as_xtensor(Array<float>(Shape{0, 2})).size() == 0U);
}

BOOST_AUTO_TEST_CASE(it_keeps_the_numbers_alive) {
  const auto x = [] {
    Tape<float> tape;
    const auto y = tape.variable(Array<float>({3}, {1, 2, 3})) * 2;
    return as_xtensor(y.value());
  }();
  BOOST_TEST(xt::sum(x)() == 12);
  // Whoever edits the array gets another one.
  Array<float> a({2}, {1, 2});
  const auto before = as_xtensor(a);
  a.edit()[0] = 9;
  BOOST_TEST(before(0) == 1);
}

BOOST_AUTO_TEST_CASE(an_expression_is_an_array) {
  const xt::xtensor<float, 2> x = {{1, 2, 3}, {4, 5, 6}};
  BOOST_TEST(equal(from_xtensor(x), {2, 3}, {1.F, 2.F, 3.F, 4.F, 5.F, 6.F}));
  BOOST_TEST(equal(from_xtensor(xt::transpose(x)), {3, 2}, {1.F, 4.F, 2.F, 5.F, 3.F, 6.F}));
  BOOST_TEST(equal(from_xtensor(xt::view(x, 1, xt::range(0, 2)) + 1.F), {2}, {5.F, 6.F}));
  const xt::xarray<double, xt::layout_type::column_major> columns = {{1, 2}, {3, 4}};
  BOOST_TEST(equal(from_xtensor(columns), {2, 2}, {1.0, 2.0, 3.0, 4.0}));
  BOOST_TEST(equal(from_xtensor(xt::cast<std::int32_t>(columns)), {2, 2}, {1, 2, 3, 4}));
  BOOST_TEST(equal(from_xtensor(xt::xarray<double>(7.0)), {}, {7.0}));
  BOOST_TEST(from_xtensor(xt::xarray<double>::from_shape({2, 0})).shape() == Shape({2, 0}));
  BOOST_CHECK_THROW(from_xtensor(xt::xarray<float>::from_shape({1, 1, 1, 1, 1, 1, 1, 1})), Error);

  const Array<float> a({2}, {1, 2});
  BOOST_TEST(equal(from_xtensor(xt::square(as_xtensor(a))), {2}, {1.F, 4.F}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
