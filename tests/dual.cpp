// Every function means the same inside a fused expression, where it gets Duals, as outside.
#include "engram/ops/elementwise/dual.hpp"

#include <boost/test/unit_test.hpp>

#include "engram/core/loops/simd.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using Batch = xsimd::batch<double>;
using V = Var<double>;

// f of N inputs: value, and derivatives by all of them, of batches and of Vars.
template <std::size_t N, class F>
void check(const std::string& name, const F& f) {
  constexpr double at[] = {0.7, -0.4, 0.3};
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    Tape<double> tape;
    const std::vector<V> x{tape.variable(Array<double>::scalar(at[k]))...};
    const V y = f(x[k]...);
    const auto expected = tape.gradients(y, x);
    const V one = tape.constant(Array<double>::scalar(1));
    const auto numbers = f(Dual<Batch, (1U << k)>{Batch(at[k]), {Batch(1.0)}}...);
    const auto vars = f(Dual<V, (1U << k)>{x[k], {one}}...);
    BOOST_TEST(numbers.value.get(0) == y.item(), name);
    BOOST_TEST(vars.value.item() == y.item(), name);
    const auto compare = [&]<unsigned i, class D, unsigned inputs>(const Dual<D, inputs>&) {
      if constexpr (dual::has(inputs, i)) {
        const double e = expected[i].item();
        BOOST_TEST(std::abs(numbers.template by<i>().get(0) - e) <= 1e-15 * (1 + std::abs(e)),
                   name);
        BOOST_TEST(std::abs(vars.template by<i>().item() - e) <= 1e-15 * (1 + std::abs(e)), name);
      } else {
        BOOST_TEST(expected[i].item() == 0, name);  // a function that is flat
      }
    };
    (compare.template operator()<static_cast<unsigned>(k)>(numbers), ...);
  }
  (std::make_index_sequence<N>());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dual)

BOOST_AUTO_TEST_CASE(functions_of_one) {
  check<1>("abs", [](auto x) { return abs(x); });
  check<1>("acos", [](auto x) { return acos(x); });
  check<1>("asin", [](auto x) { return asin(x); });
  check<1>("atan", [](auto x) { return atan(x); });
  check<1>("ceil", [](auto x) { return ceil(x); });
  check<1>("clamp", [](auto x) { return clamp(x, -1, 1); });
  check<1>("cos", [](auto x) { return cos(x); });
  check<1>("cosh", [](auto x) { return cosh(x); });
  check<1>("elu", [](auto x) { return elu(-x); });
  check<1>("elu, alpha", [](auto x) { return elu(-x, 0.3); });
  check<1>("erf", [](auto x) { return erf(x); });
  check<1>("erfc", [](auto x) { return erfc(x); });
  check<1>("exp", [](auto x) { return exp(x); });
  check<1>("expm1", [](auto x) { return expm1(x); });
  check<1>("floor", [](auto x) { return floor(x); });
  check<1>("gelu", [](auto x) { return gelu(x); });
  check<1>("gelu_tanh", [](auto x) { return gelu_tanh(x); });
  check<1>("hard_sigmoid", [](auto x) { return hard_sigmoid(x); });
  check<1>("hard_tanh", [](auto x) { return hard_tanh(x) + hard_tanh(x, -2, 0.5); });
  check<1>("leaky_relu", [](auto x) { return leaky_relu(-x) + leaky_relu(-x, 0.3); });
  check<1>("log", [](auto x) { return log(x); });
  check<1>("log1p", [](auto x) { return log1p(x); });
  check<1>("mish", [](auto x) { return mish(x); });
  check<1>("nan_to_num", [](auto x) { return nan_to_num(x); });
  check<1>("pow", [](auto x) { return pow(x, 1.5); });
  check<1>("relu", [](auto x) { return relu(x); });
  check<1>("round", [](auto x) { return round(x); });
  check<1>("rsqrt", [](auto x) { return rsqrt(x); });
  check<1>("selu", [](auto x) { return selu(x); });
  check<1>("sigmoid", [](auto x) { return sigmoid(x); });
  check<1>("sign", [](auto x) { return sign(x); });
  check<1>("silu", [](auto x) { return silu(x); });
  check<1>("sin", [](auto x) { return sin(x); });
  check<1>("sinh", [](auto x) { return sinh(x); });
  check<1>("softplus", [](auto x) { return softplus(x); });
  check<1>("softsign", [](auto x) { return softsign(x); });
  check<1>("sqrt", [](auto x) { return sqrt(x); });
  check<1>("square", [](auto x) { return square(x); });
  check<1>("tan", [](auto x) { return tan(x); });
  check<1>("tanh", [](auto x) { return tanh(x); });
}

BOOST_AUTO_TEST_CASE(functions_of_two) {
  check<2>("equal", [](auto a, auto b) { return equal(a, b) * a + equal(b, -0.4); });
  check<2>("greater", [](auto a, auto b) { return greater(a, b) * b + greater(a, 0.1); });
  check<2>("greater_equal", [](auto a, auto b) { return greater_equal(a, b) * b; });
  check<2>("less", [](auto a, auto b) { return less(b, a) * b + less(a, 1) * a; });
  check<2>("less_equal", [](auto a, auto b) { return less_equal(b, a) * b; });
  check<2>("lerp, a number", [](auto a, auto b) { return lerp(a, b, 0.3); });
  check<2>("maximum", [](auto a, auto b) { return maximum(a, b); });
  check<2>("minimum", [](auto a, auto b) { return minimum(a, b); });
  check<2>("not_equal", [](auto a, auto b) { return not_equal(a, b) * b + not_equal(a, 0); });
  check<2>("pow", [](auto a, auto b) { return pow(a, b); });
  check<2>("arithmetic",
           [](auto a, auto b) { return (2 - a) / b + 3 / a - (b - 1) * (a + b) * 2; });
}

BOOST_AUTO_TEST_CASE(functions_of_three) {
  check<3>("lerp", [](auto a, auto b, auto c) { return lerp(a, b, c); });
  check<3>("where", [](auto a, auto b, auto c) { return where(greater(c, 0), a * c, b); });
  check<3>("where, a number", [](auto a, auto b, auto c) {
    return where(a, b, 2) * where(greater(b, 0), 3, c) + where(a, 1, 0);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
