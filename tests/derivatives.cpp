// Derivatives in every direction: forward mode, products with Hessians, whole matrices.
#include "engram/core/derivatives.hpp"

#include <cmath>

#include <boost/test/unit_test.hpp>

#include "engram/core/module.hpp"
#include "engram/core/profile.hpp"
#include "engram/core/random.hpp"
#include "engram/nn/lstm.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

using V = Var<double>;
using Vs = std::vector<V>;

double dot(const Array<double>& a, const Array<double>& b) {
  double out = 0;
  for (Index i = 0; i < a.size(); ++i) out += a[i] * b[i];
  return out;
}

// A scalar function of two matrices that has all second derivatives.
V wavy(const V& x, const V& w) {
  return sum(tanh(matmul(x, w)) * sigmoid(matmul(x, w))) + sum(exp(-w));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(derivatives)

BOOST_AUTO_TEST_CASE(along_a_direction) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5, -1.5})), v = tape.constant(vector({2, 3}));
  const V y = x * x * x;
  for (const bool record : {false, true}) {
    const V jv = jvp(y, x, v, {record});
    BOOST_TEST(std::abs(jv.value()[0] - 3 * 0.25 * 2) < 1e-14);
    BOOST_TEST(std::abs(jv.value()[1] - 3 * 2.25 * 3) < 1e-14);
  }
  // What is recorded can be differentiated: d/dx Σ 3 x² v = 6 x v.
  const V slope = grad(sum(jvp(y, x, v, {.record = true})), {x})[0];
  BOOST_TEST(std::abs(slope.value()[0] - 6 * 0.5 * 2) < 1e-14);
  BOOST_TEST(std::abs(slope.value()[1] - 6 * -1.5 * 3) < 1e-14);
}

BOOST_AUTO_TEST_CASE(the_tape_is_as_long_afterwards_but_for_results) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5, -1.5})), v = tape.constant(vector({2, 3}));
  const V y = sum(logsumexp(x) * x * exp(max(x)));
  const std::size_t before = tape.size();
  jvp(y, x, v);
  hvp(y, x, v);
  BOOST_TEST(tape.size() == before + 2);
}

BOOST_AUTO_TEST_CASE(of_what_does_not_move) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5})), w = tape.variable(vector({2}));
  const V v = tape.constant(vector({1}));
  for (const bool record : {false, true}) {
    BOOST_TEST(jvp(w * 3, x, v, {record}).value()[0] == 0);
    BOOST_TEST(hvp(sum(w * w), x, v, {record}).value()[0] == 0);
    BOOST_TEST(hvp(sum(w * x), x, v, {record}).value()[0] == 0);  // linear in x
  }
}

// Values in between are independent when they are asked about.
BOOST_AUTO_TEST_CASE(by_values_in_between) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5, -1.5})), v = tape.constant(vector({2, 3}));
  const V z = x * 2, y = sum(z * z * z + x);
  BOOST_TEST(std::abs(jvp(y, z, v).item() - (3 * 1 * 2 + 3 * 9 * 3)) < 1e-12);
  const Array<double> hv = hvp(y, z, v).value();  // 6 z v
  BOOST_TEST(std::abs(hv[0] - 6 * 1 * 2) < 1e-12);
  BOOST_TEST(std::abs(hv[1] - 6 * -3 * 3) < 1e-12);
}

BOOST_AUTO_TEST_CASE(several_results_with_seeds) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5, -1.5}));
  const V a = x * x, b = sum(x);
  const V da = tape.constant(vector({1, 10})), db = tape.constant(Array<double>::scalar(100));
  const Array<double> dx = grad(Vs{a, b}, Vs{x}, Vs{da, db})[0].value();
  BOOST_TEST(std::abs(dx[0] - 101) < 1e-13);  // 2 x da + db
  BOOST_TEST(std::abs(dx[1] - 70) < 1e-13);
  // The same result twice.
  const Array<double> twice = grad(Vs{a, a}, Vs{x}, Vs{da, da})[0].value();
  BOOST_TEST(std::abs(twice[1] + 60) < 1e-13);
  BOOST_TEST(error_of([&] {
               grad(Vs{a, b}, Vs{x}, Vs{da});
             }) == "gradients: 1 seeds for 2 results; need one for each");
}

BOOST_AUTO_TEST_CASE(products_with_the_hessian_agree) {
  Random random{4};
  Tape<double> tape;
  const V x = tape.variable(random.normal<double>({3, 4}));
  const V w = tape.variable(random.normal<double>({4, 5}));
  const Vs xs{x, w}, vs{tape.constant(random.normal<double>({3, 4})),
                        tape.constant(random.normal<double>({4, 5}))};
  const V y = wavy(x, w);
  const Vs numbers = hvp(y, xs, vs), recorded = hvp(y, xs, vs, {.record = true});
  for (std::size_t k = 0; k < 2; ++k) {
    BOOST_TEST(relative_difference(numbers[k].value(), recorded[k].value()) < 1e-12);
  }
  // A third derivative, by the recorded one and by differences of the numbers.
  const auto slope = [&](double by) {
    Tape<double> other;
    Array<double> moved = w.value();
    for (Index i = 0; i < moved.size(); ++i) moved.edit()[i] += by * vs[1].value()[i];
    const V at = other.variable(moved), from = other.variable(x.value());
    const V h = hvp(wavy(from, at), Vs{from, at},
                    Vs{other.constant(vs[0].value()), other.constant(vs[1].value())})[0];
    return h.value();
  };
  const V third = jvp(recorded[0], w, vs[1]);
  const Array<double> high = slope(1e-5), low = slope(-1e-5);
  for (Index i = 0; i < high.size(); ++i) {
    BOOST_TEST(std::abs(third.value()[i] - (high[i] - low[i]) / 2e-5) < 1e-7);
  }
}

BOOST_AUTO_TEST_CASE(jacobians_by_rows_and_by_columns) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5, -1.5, 2}));
  const Array<double> wide = jacobian(stack({sum(x * x), sum(x)}), x);
  BOOST_TEST(wide.shape() == (Shape{2, 3}));
  for (Index k = 0; k < 3; ++k) {
    BOOST_TEST(std::abs(wide[k] - 2 * x.value()[k]) < 1e-14);
    BOOST_TEST(wide[3 + k] == 1);
  }
  const V column = reshape(x, {3, 1});
  const Array<double> tall = jacobian(matmul(column, column, {.b = true}), x);  // x xᵀ
  BOOST_TEST(tall.shape() == (Shape{3, 3, 3}));
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < 3; ++j) {
      for (Index k = 0; k < 3; ++k) {
        const double expected = (i == k) * x.value()[j] + (j == k) * x.value()[i];
        BOOST_TEST(std::abs(tall[(i * 3 + j) * 3 + k] - expected) < 1e-14);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_hessian_of_a_quadratic_form) {
  Random random{2};
  Tape<double> tape;
  const Array<double> a = random.normal<double>({4, 4});
  const V x = tape.variable(random.normal<double>({4, 1}));
  const V y = sum(x * matmul(tape.constant(a), x));
  const Array<double> h = hessian(y, x);
  BOOST_TEST(h.shape() == (Shape{4, 1, 4, 1}));
  for (Index i = 0; i < 4; ++i) {
    for (Index j = 0; j < 4; ++j) {
      BOOST_TEST(std::abs(h[i * 4 + j] - a[i * 4 + j] - a[j * 4 + i]) < 1e-13);
    }
  }
}

// For a model that is linear in its weights the Gauss-Newton matrix is the Hessian; for one that is
// not, it is Jᵀ H J.
BOOST_AUTO_TEST_CASE(gauss_newton) {
  Random random{3};
  Tape<double> tape;
  const V x = tape.constant(random.normal<double>({6, 3}));
  const V w = tape.variable(random.normal<double>({3, 4}));
  const V v = tape.constant(random.normal<double>({3, 4}));
  const Indices labels({6}, {0, 1, 2, 3, 1, 0});
  const V z = matmul(x, w), loss = cross_entropy(z, labels);
  BOOST_TEST(relative_difference(gauss_newton_product(loss, z, Vs{w}, Vs{v})[0].value(),
                                 hvp(loss, w, v).value()) < 1e-13);

  const V bent = tanh(matmul(x, w)), bent_loss = cross_entropy(bent, labels);
  const Array<double> j = jacobian(bent, w), h = hessian(bent_loss, bent);
  const auto flat = [&](const Array<double>& m, Index rows) {
    return tape.constant(m.reshaped({rows, m.size() / rows}));
  };
  const V jv = matmul(flat(j, 24), flat(v.value(), 12));
  const V expected = matmul(flat(j, 24), matmul(flat(h, 24), jv), {.a = true});
  BOOST_TEST(relative_difference(gauss_newton_product(bent_loss, bent, Vs{w}, Vs{v})[0].value(),
                                 expected.value().reshaped({3, 4})) < 1e-13);
}

// Through 50 steps of a two-layer LSTM: H v against differences of the gradient.
BOOST_AUTO_TEST_CASE(through_a_long_lstm) {
  Random random{5};
  nn::Lstm<double> lstm{{.input = 3, .hidden = 4, .layers = 2}, random};
  const Array<double> inputs = random.normal<double>({50, 2, 3});
  const auto weights = parameters(lstm);
  std::vector<Array<double>> at, direction;
  for (const auto& w : weights) {
    at.push_back(w.value());
    direction.push_back(random.normal<double>(w.shape()));
  }
  const auto loss = [&](Tape<double>& tape) {
    const V y = lstm(tape.constant(inputs)).y;
    return sum(y * y * y);
  };
  const auto gradient = [&](double by) {
    for (std::size_t k = 0; k < at.size(); ++k) {
      auto w = weights[k];
      double* to = w.edit();
      for (Index i = 0; i < at[k].size(); ++i) to[i] = at[k][i] + by * direction[k][i];
    }
    Tape<double> tape;
    const auto g = tape.backward(loss(tape));
    std::vector<Array<double>> out;
    for (const auto& w : weights) out.push_back(g[w]);
    return out;
  };
  const auto high = gradient(1e-5), low = gradient(-1e-5);
  gradient(0);
  Tape<double> tape;
  const V y = loss(tape);
  Vs xs, vs;
  for (std::size_t k = 0; k < at.size(); ++k) {
    xs.push_back(tape.read(weights[k]));
    vs.push_back(tape.constant(direction[k]));
  }
  for (const bool record : {false, true}) {
    const Vs hv = hvp(y, xs, vs, {record});
    for (std::size_t k = 0; k < at.size(); ++k) {
      Array<double> expected(at[k].shape());
      for (Index i = 0; i < expected.size(); ++i) {
        expected.edit()[i] = (high[k][i] - low[k][i]) / 2e-5;
      }
      BOOST_TEST(relative_difference(hv[k].value(), expected) < 1e-6);
    }
  }
  // And forward mode against the gradient.
  double slope = 0;
  const auto g = tape.backward(y);
  for (std::size_t k = 0; k < at.size(); ++k) slope += dot(g[weights[k]], direction[k]);
  BOOST_TEST(std::abs(jvp(y, xs, vs).item() - slope) < 1e-11 * std::abs(slope));
}

// Only what leads from the targets to the result is computed.
BOOST_AUTO_TEST_CASE(nothing_is_computed_for_others) {
  Tape<double> tape;
  const V x = tape.variable(vector({0.5, -1.5})), w = tape.variable(vector({1, 2}));
  const V y = sum(exp(x) * tanh(sigmoid(w)));
  const V v = tape.constant(vector({1, 1}));
  const auto count = [&](const std::string& op, Direction direction, const auto& f) {
    Profile profile;
    tape.profile(&profile);
    f();
    tape.profile(nullptr);
    std::uint64_t calls = 0;
    for (const auto& row : profile.rows()) {
      if (row.op == op && row.direction == direction) calls += row.calls;
    }
    return calls;
  };
  const auto of_x = [&] { tape.gradients(y, Vs{x}); };
  BOOST_TEST(count("exp", Direction::backward, of_x) == 1U);
  BOOST_TEST(count("tanh", Direction::backward, of_x) == 0U);
  BOOST_TEST(count("sigmoid", Direction::backward, of_x) == 0U);
  const auto along_w = [&] { jvp(y, w, v); };
  BOOST_TEST(count("tanh", Direction::forward, along_w) == 1U);
  BOOST_TEST(count("exp", Direction::forward, along_w) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
