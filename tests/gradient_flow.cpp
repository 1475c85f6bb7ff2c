// What can be done with gradients on their way: hooks, derivatives of one's own, cuts.
#include <array>
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;

}  // namespace

BOOST_AUTO_TEST_SUITE(gradient_flow)

BOOST_AUTO_TEST_CASE(a_hook_sees_all_of_the_gradient_once) {
  Tape<double> tape;
  const V x = tape.variable(vector({1, -2}));
  std::vector<Array<double>> seen;
  const V hooked = on_gradient(x, [&](const V& dx) {
    seen.push_back(dx.value());
    return dx;
  });
  const auto g = tape.backward(sum(hooked * hooked + 3 * hooked));
  BOOST_REQUIRE(seen.size() == 1U);
  BOOST_TEST(equal(seen[0], vector({5, -1})));
  BOOST_TEST(equal(g[x], vector({5, -1})));
  BOOST_TEST(equal(hooked.value(), x.value()));
}

BOOST_AUTO_TEST_CASE(a_hook_changes_the_gradient) {
  Tape<double> tape;
  const V x = tape.variable(vector({1, -2})), v = tape.constant(vector({1, 1}));
  const V y = sum(square(on_gradient(x, [](const V& dx) { return dx * dx * 0.5; })));
  BOOST_TEST(equal(tape.backward(y)[x], vector({2, 8})));  // (2 x)² / 2
  // It is differentiated as it is written: d/dx 2 x² = 4 x. A second pass backwards, though, meets
  // the hook again.
  BOOST_TEST(equal(hvp(y, x, v).value(), vector({4, -8})));
  BOOST_TEST(equal(hvp(y, x, v, {.record = true}).value(), vector({8, 32})));
  BOOST_TEST(equal(jvp(square(on_gradient(x, [](const V& dx) { return dx * 7; })), x, v).value(),
                   vector({2, -4})));  // forward mode knows no hooks
}

BOOST_AUTO_TEST_CASE(wrong_hooks) {
  Tape<double> tape;
  const V x = tape.variable(vector({1, -2}));
  BOOST_TEST(error_of([&] { on_gradient(x, {}); }).starts_with("on_gradient: the hook is empty"));
  const V y = sum(on_gradient(x, [](const V& dx) { return sum(dx); }));
  BOOST_TEST(error_of([&] {
               tape.backward(y);
             }).starts_with("on_gradient (backward): the hook made a gradient of shape [] of one"));
}

BOOST_AUTO_TEST_CASE(a_straight_through_estimator) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5, -2}));
  const std::size_t before = tape.size();
  const V y = custom_gradient(
      [](const V& v) { return 2 * greater(v, 0) - 1; },
      [](const V& v, const V&, const V& dy) { return dy * (1 - square(tanh(v))); }, x);
  BOOST_TEST(tape.size() == before + 1);  // nothing that `forward` did stays
  BOOST_TEST(equal(y.value(), vector({1, -1})));
  const Array<double> dx = tape.backward(sum(y))[x];
  for (Index i = 0; i < 2; ++i) {
    BOOST_TEST(std::abs(dx[i] - 1 + std::pow(std::tanh(x.value()[i]), 2)) < 1e-15);
  }
  // Its derivative is that of the function which the rule belongs to, of any order.
  const V v = tape.constant(vector({1, 1}));
  const V smooth = sum(tanh(x));
  for (const bool record : {false, true}) {
    const Array<double> got = hvp(sum(y), x, v, {record}).value();
    const Array<double> expected = hvp(smooth, x, v, {record}).value();
    for (Index i = 0; i < 2; ++i) BOOST_TEST(std::abs(got[i] - expected[i]) < 1e-15);
  }
}

BOOST_AUTO_TEST_CASE(a_custom_gradient_of_several_inputs) {
  Tape<double> tape;
  const V a = tape.variable(vector({1, 2})), b = tape.variable(vector({3, 4}));
  const V y = custom_gradient([](const V& u, const V& v) { return u * v; },
                              [](const V& u, const V& v, const V&, const V& dy) {
                                return std::array{dy * v * 10, dy * u};
                              },
                              a, b);
  const auto g = tape.backward(sum(y));
  BOOST_TEST(equal(g[a], vector({30, 40})));
  BOOST_TEST(equal(g[b], vector({1, 2})));
}

BOOST_AUTO_TEST_CASE(wrong_custom_gradients) {
  Tape<double> tape;
  const V x = tape.variable(vector({1, -2}));
  const V wrong = custom_gradient([](const V& v) { return v; },
                                  [](const V&, const V&, const V& dy) { return sum(dy); }, x);
  BOOST_TEST(
      error_of([&] {
        tape.backward(sum(wrong));
      }).starts_with("custom_gradient (backward): backward returned a gradient of shape []"));
  BOOST_TEST(error_of([&] {
               custom_gradient([](const V& v) { return matmul(v, v); },
                               [](const V&, const V&, const V& dy) { return dy; }, x);
             }).find("matmul: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cut) {
  Tape<double> tape;
  const V x = tape.variable(vector({1, -2}));
  BOOST_TEST(equal(tape.backward(sum(stop_gradient(x) * x))[x], x.value()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
