// Derivatives of derivatives, where a closed form or differences say what they must be.
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;

double dot(const Array<double>& a, const Array<double>& b) {
  double out = 0;
  for (Index i = 0; i < a.size(); ++i) out += a[i] * b[i];
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(higher_order)

// With t = tanh x: t' = 1 - t², t'' = -2 t (1 - t²), t''' = (1 - t²)(6 t² - 2), and so on.
BOOST_AUTO_TEST_CASE(derivatives_of_tanh) {
  for (const double at : {-1.3, -0.2, 0.0, 0.4, 2.1}) {
    Tape<double> tape;
    const V x = tape.variable(Array<double>::scalar(at));
    const V first = grad(tanh(x), {x})[0];
    const V second = grad(first, {x})[0];
    const V third = grad(second, {x})[0];
    const double fourth = tape.backward(third)[x].item();
    const double t = std::tanh(at), d = 1 - t * t;
    BOOST_TEST(std::abs(first.item() - d) < 1e-14);
    BOOST_TEST(std::abs(second.item() + 2 * t * d) < 1e-14);
    BOOST_TEST(std::abs(third.item() - d * (6 * t * t - 2)) < 1e-14);
    BOOST_TEST(std::abs(fourth - (16 * t - 24 * t * t * t) * d) < 1e-13);
  }
}

// H v of a small network, by the gradient of <gradient, v> and by differences of the gradient.
BOOST_AUTO_TEST_CASE(hessian_times_vector_of_a_network) {
  Random random{2};
  const Array<double> x = random.normal<double>({6, 3}), target = random.normal<double>({6, 2});
  std::vector<Array<double>> at, direction;
  for (const Shape& shape : {Shape{3, 5}, Shape{5}, Shape{5, 2}}) {
    at.push_back(random.normal<double>(shape));
    direction.push_back(random.normal<double>(shape));
  }
  std::vector<Param<double>> w;
  for (const auto& value : at) w.emplace_back(value);
  const auto loss = [&](Tape<double>& tape) {
    const V h = tanh(affine(tape.constant(x), tape.read(w[0]), tape.read(w[1])));
    return mse(matmul(h, tape.read(w[2])), tape.constant(target));
  };

  Tape<double> tape;
  const auto gradients = tape.backward(loss(tape), {.record = true});
  V slope = tape.constant(Array<double>::scalar(0));
  for (std::size_t k = 0; k < w.size(); ++k) {
    slope = slope + sum(gradients.var(w[k]) * tape.constant(direction[k]));
  }
  const auto product = tape.backward(slope);
  std::vector<Array<double>> hv;
  for (const auto& param : w) hv.push_back(product[param]);

  const double step = 1e-5;
  const auto gradient = [&](double by) {
    for (std::size_t k = 0; k < w.size(); ++k) {
      double* to = w[k].edit();
      for (Index i = 0; i < at[k].size(); ++i) to[i] = at[k][i] + by * direction[k][i];
    }
    tape.clear();
    return tape.backward(loss(tape));
  };
  const auto high = gradient(step), low = gradient(-step);
  for (std::size_t k = 0; k < w.size(); ++k) {
    const Array<double> up = high[w[k]], down = low[w[k]];
    for (Index i = 0; i < up.size(); ++i) {
      BOOST_TEST(std::abs(hv[k][i] - (up[i] - down[i]) / (2 * step)) < 1e-8);
    }
  }
  // H is symmetric and its quadratic form is the second derivative along v.
  double quadratic = 0;
  for (std::size_t k = 0; k < w.size(); ++k) quadratic += dot(hv[k], direction[k]);
  const auto value = [&](double by) {
    gradient(by);
    tape.clear();
    return loss(tape).item();
  };
  const double h = 1e-4;
  BOOST_TEST(std::abs(quadratic - (value(h) - 2 * value(0) + value(-h)) / (h * h)) < 1e-5);
}

// A penalty on the length of the gradient: a loss that contains a derivative.
BOOST_AUTO_TEST_CASE(a_loss_of_a_gradient) {
  Tape<double> tape;
  const V x = tape.variable(Array<double>({2}, {0.5, -1.5}));
  const V dx = grad(sum(x * x * x), {x})[0];         // 3 x²
  const auto g = tape.backward(sum(square(dx)))[x];  // 36 x³
  BOOST_TEST(std::abs(g[0] - 36 * 0.125) < 1e-13);
  BOOST_TEST(std::abs(g[1] + 36 * 3.375) < 1e-13);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
