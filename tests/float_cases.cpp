// Numbers that other frameworks, or we, once got wrong, with the right ones: each stands for what
// the float lane holds in general (tests/float_lane.cpp).
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

using A = Array<float>;
using V = Var<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kEpsilon = std::numeric_limits<float>::epsilon();
constexpr double kLn2 = std::numbers::ln2;

// To `ulps` units in the last place.
bool near(float got, double want, double ulps = 1) {
  return std::abs(got - want) <= ulps * kEpsilon * std::abs(want);
}

// The gradients by x in all ways there are: by kernel, by the rule, recorded.
std::vector<A> gradients(const V& y, const V& x) {
  const V one = y.tape().constant(A::full(y.shape(), 1));
  std::vector<A> out;
  for (const BackwardOptions<float>& how : {BackwardOptions<float>{.seed = one},
                                            BackwardOptions<float>{.seed = one, .rules_only = true},
                                            BackwardOptions<float>{.seed = one, .record = true}}) {
    out.push_back(y.tape().gradients(y, std::vector{x}, how)[0].value());
  }
  return out;
}

// Names the first that is not.
void check_all(const A& got, const std::function<bool(float)>& is_right, const std::string& what) {
  const auto wrong = std::find_if_not(got.begin(), got.end(), is_right);
  BOOST_TEST((wrong == got.end()), what << ": " << *wrong << " at " << wrong - got.begin());
}
void check_all(const A& got, double want, double ulps, const std::string& what) {
  check_all(
      got, [=](float v) { return want == 0 ? v == 0 : near(v, want, ulps); },
      text(what, ", which is to be ", want));
}
bool is_finite(float v) { return std::isfinite(v); }

const auto kLarge = boost::unit_test::data::make({0.f, 1e2f, 1e7f, 1e8f, -1e8f, 1e30f});

}  // namespace

BOOST_AUTO_TEST_SUITE(float_cases)

BOOST_DATA_TEST_CASE(two_equal_logits_are_even_however_large, kLarge, large) {
  Tape<float> tape;
  const V x = tape.variable(A({1, 2}, {large, large}));
  check_all(softmax(x).value(), 0.5, 0, "softmax");
  check_all(log_softmax(x).value(), -kLn2, 1, "log_softmax");
  const V loss = cross_entropy(x, Indices({1}, {0}));
  BOOST_TEST(near(loss.item(), kLn2), "cross_entropy: " << loss.item());
  for (const A& dx : gradients(loss, x)) {
    BOOST_TEST((near(dx[0], -0.5) && near(dx[1], 0.5)), "cross_entropy: " << dx[0]);
  }
  const V w = tape.variable(A({1, 2}, {large, large}));
  const V b = tape.variable(A({2}, {0, 0}));
  const V affine_loss =
      affine_cross_entropy(tape.constant(A({1, 1}, {1})), w, b, Indices({1}, {0}));
  BOOST_TEST(near(affine_loss.item(), kLn2), "affine_cross_entropy: " << affine_loss.item());
  for (const A& db : gradients(affine_loss, b)) {
    BOOST_TEST((near(db[0], -0.5) && near(db[1], 0.5)), "affine_cross_entropy: " << db[0]);
  }
  const V k = tape.constant(A({2, 1}, {large, large}));
  const V q = tape.constant(A({1, 1}, {1}));
  check_all(attention_weights(q, k).value(), 0.5, 0, "attention_weights");
  BOOST_TEST(near(attention(q, k, tape.constant(A({2, 1}, {1, 2}))).item(), 1.5));
  const V y = logsumexp(x, {1});
  for (const A& dx : gradients(y, x)) check_all(dx, 0.5, 1, "logsumexp");
}

BOOST_AUTO_TEST_CASE(probabilities_add_up_beside_an_offset) {
  for (const float offset : {0.f, 100.f, 1e4f, -3e5f}) {
    Tape<float> tape;
    A x = Random{1}.uniform<float>({50, 1000}, -3, 3);
    for (Index i = 0; i < x.size(); ++i) x.edit()[i] += offset;
    const A p = softmax(tape.constant(x)).value(), l = log_softmax(tape.constant(x)).value();
    double worst = 0, worst_of_logs = 0;
    for (Index r = 0; r < 50; ++r) {
      double sum = 0, of_logs = 0;
      for (Index i = 0; i < 1000; ++i) {
        sum += p[r * 1000 + i];
        of_logs += std::exp(static_cast<double>(l[r * 1000 + i]));
      }
      worst = std::max(worst, std::abs(sum - 1));
      worst_of_logs = std::max(worst_of_logs, std::abs(of_logs - 1));
    }
    BOOST_TEST(worst < 2 * kEpsilon, offset);
    BOOST_TEST(worst_of_logs < 8 * kEpsilon, offset);
  }
}

BOOST_AUTO_TEST_CASE(sums_do_not_depend_on_how_many_terms_there_are) {
  constexpr Index n = 10'000'000;
  const double exact = n * static_cast<double>(0.1f);
  Tape<float> tape;
  const V x = tape.constant(A::full({n}, 0.1f));
  BOOST_TEST(near(sum(x).item(), exact), sum(x).item());
  BOOST_TEST(near(mean(x).item(), 0.1f), mean(x).item());
  BOOST_TEST(near(norm(x, {}, false, 1).item(), exact));
  BOOST_TEST(near(norm(x).item(), std::sqrt(n) * static_cast<double>(0.1f)));
  for (const Shape& shape : {Shape{n, 1}, Shape{1, n}, Shape{n / 2, 2}, Shape{2, n / 2}}) {
    for (const int axis : {0, 1}) {
      const double each = static_cast<double>(shape[axis]) * static_cast<double>(0.1f);
      check_all(sum(reshape(x, shape), {axis}).value(), each, 1, "sum");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_mean_of_ones_is_one) {
  Tape<float> tape;
  const V ones = tape.constant(A::full({20'000'000, 1}, 1));
  BOOST_TEST(mean(ones, {0}).item() == 1.f);
}

BOOST_AUTO_TEST_CASE(a_bias_gets_the_sum_over_all_rows) {
  constexpr Index rows = 1'000'000;
  const double exact = rows * static_cast<double>(0.1f);
  for (const bool rules_only : {false, true}) {
    Tape<float> tape;
    const V b = tape.variable(A({2}, {0, 0})), w = tape.constant(A({1, 2}, {1, 1}));
    const V x = tape.constant(A::full({rows, 1}, 1));
    const V seed = tape.constant(A::full({rows, 2}, 0.1f));
    for (const V& y : {affine(x, w, b), x * w + b, broadcast_to(b, {rows, 2})}) {
      const auto db = tape.gradients(y, std::vector{b}, {.seed = seed, .rules_only = rules_only});
      check_all(db[0].value(), exact, 1, "a bias");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_bias_that_is_a_view_gets_it_too) {
  constexpr Index rows = 300'000;
  const double exact = rows * static_cast<double>(0.1f);
  for (const bool rules_only : {false, true}) {
    Tape<float> tape;
    const V b = tape.variable(A({2, 32}));
    const V x = tape.constant(A({rows, 1, 1}));
    const V seed = tape.constant(A::full({rows, 2, 16}, 0.1f));
    const V columns = slice(b, 1, 16, 32), half = reshape(slice(b, 0, 1, 2), {2, 16});
    for (const auto& [view, unused] : {std::pair(columns, 0), std::pair(half, 16)}) {
      const auto db =
          tape.gradients(x + view, std::vector{b}, {.seed = seed, .rules_only = rules_only})[0]
              .value();
      BOOST_TEST(std::count(db.begin(), db.end(), 0.f) == 32);
      BOOST_TEST(db[unused] == 0);
      BOOST_TEST(near(db[63], exact, 1), db[63]);
    }
  }
}

BOOST_AUTO_TEST_CASE(long_chains_of_tags_stay_even) {
  constexpr Index steps = 10'000;
  Tape<float> tape;
  const V x = tape.variable(A({steps, 1, 2}));
  const V pairs = tape.constant(A({2, 2})), ends = tape.constant(A({2}));
  const V y = crf_log_likelihood(x, pairs, ends, ends, Indices(Shape{steps, 1}),
                                 Indices({1}, {static_cast<std::int32_t>(steps)}));
  BOOST_TEST(near(y.value()[0], -steps * kLn2), y.value()[0]);
  for (const A& dx : gradients(y, x)) {
    check_all(
        dx, [](float v) { return near(std::abs(v), 0.5, 2); }, "a posterior");
  }
}

BOOST_AUTO_TEST_CASE(cosines_are_cosines) {
  Random random{5};
  for (const Index n : {1, 2, 3, 17, 1000}) {
    for (const float scale : {1.f, 1e-3f, 1e5f, 1e20f, 1e30f}) {
      Tape<float> tape;
      const V a = tape.variable(random.uniform<float>({200, n}, -scale, scale));
      const A same = cosine_similarity(a, a).value(), other = cosine_similarity(a, -a).value();
      const std::string what = text(n, " numbers up to ", scale);
      check_all(
          same, [](float c) { return c <= 1 && near(c, 1, 2); }, what);
      check_all(
          other, [](float c) { return c >= -1 && near(c, -1, 2); }, what);
      for (const A& da : gradients(cosine_similarity(a, a.tape().constant(a.value())), a)) {
        check_all(da, is_finite, "a derivative, " + what);
      }
    }
  }
  Tape<float> tape;
  const V big = tape.constant(A({1, 3}, {1e20f, 1e20f, 1e20f}));
  BOOST_TEST(near(cosine_similarity(big, big).value()[0], 1));
  BOOST_TEST(std::isfinite(acos(cosine_similarity(big, big)).value()[0]));
}

BOOST_DATA_TEST_CASE(what_does_not_depend_on_scale_does_not,
                     boost::unit_test::data::make({1.f, 1e20f, 1e25f, 1e37f, 1e-25f, 1e-37f}), s) {
  Tape<float> tape;
  const V x = tape.variable(A({1, 2}, {3 * s, -4 * s})), one = tape.constant(A({2}, {1, 1}));
  BOOST_TEST(near(norm(x).item(), 5 * static_cast<double>(s), 2), norm(x).item());
  for (const A& dx : gradients(norm(x), x)) {
    BOOST_TEST((near(dx[0], 0.6, 3) && near(dx[1], -0.8, 3)), "norm: " << dx[0] << ' ' << dx[1]);
  }
  const V w = weight_norm(x, tape.constant(A({1}, {10})), 0);
  BOOST_TEST((near(w.value()[0], 6, 3) && near(w.value()[1], -8, 3)),
             "weight_norm: " << w.value()[0]);
  const double deviation = 7 * static_cast<double>(s) / std::sqrt(2);
  BOOST_TEST(near(standard_deviation(x).item(), deviation, 3), standard_deviation(x).item());
  if (s <= 1) return;  // the epsilon of these is 1e-5
  const A layer = layer_norm(x, one, tape.constant(A({2}))).value(), rms = rms_norm(x, one).value();
  BOOST_TEST((near(layer[0], 1, 3) && near(layer[1], -1, 3)), "layer_norm: " << layer[0]);
  BOOST_TEST((near(rms[0], 3 / std::sqrt(12.5), 3) && near(rms[1], -4 / std::sqrt(12.5), 3)),
             "rms_norm: " << rms[0]);
}

BOOST_AUTO_TEST_CASE(the_logarithm_of_nothing) {
  Tape<float> tape;
  const V x = tape.variable(A({2, 2}, {-kInfinity, -kInfinity, 0, 0}));
  const V y = logsumexp(x, {1});
  BOOST_TEST(y.value()[0] == -kInfinity);
  for (const A& dx : gradients(exp(y), x)) {
    BOOST_TEST((dx[0] == 0 && dx[1] == 0), dx[0]);
    BOOST_TEST((near(dx[2], 1) && near(dx[3], 1)), dx[2]);
  }
  const V scan = logcumsumexp(x, 1);
  for (const A& dx : gradients(exp(scan), x)) BOOST_TEST((dx[0] == 0 && dx[1] == 0), dx[0]);
}

BOOST_AUTO_TEST_CASE(sure_answers_that_are_right_cost_nothing) {
  Tape<float> tape;
  const V x = tape.variable(A({3}, {-kInfinity, kInfinity, 0}));
  const V t = tape.constant(A({3}, {0, 1, 0.5f}));
  const V loss = binary_cross_entropy_with_logits(x, t);
  BOOST_TEST(near(loss.item(), kLn2 / 3), loss.item());
  for (const A& dx : gradients(loss, x)) check_all(dx, 0, 0, "binary cross-entropy");
  const V wrong = binary_cross_entropy_with_logits(x, tape.constant(A({3}, {1, 1, 1})));
  BOOST_TEST(wrong.item() == kInfinity);
}

BOOST_AUTO_TEST_CASE(a_class_of_weight_0_may_be_impossible) {
  Tape<float> tape;
  const V x = tape.variable(A({2, 3}, {-kInfinity, 0, 0, -kInfinity, 1, 1}));
  const Array<double> weights({3}, {0, 1, 1});
  for (const double smoothing : {0.0, 0.1}) {
    // The first row's target is that class; the second row is even between two.
    const V y = cross_entropy(x, Indices({2}, {0, 1}),
                              {.label_smoothing = smoothing, .class_weights = weights});
    // q of the rows: smoothing / 3 for classes 1 and 2, and 1 - smoothing for the target.
    const double mass = smoothing * 2 / 3 * 2 + (1 - smoothing);
    BOOST_TEST(near(y.item(), mass * kLn2, 2), smoothing << ": " << y.item());
    for (const A& dx : gradients(y, x)) {
      check_all(dx, is_finite, "a derivative");
      BOOST_TEST((dx[0] == 0 && dx[3] == 0), smoothing << ": " << dx[0] << ' ' << dx[3]);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
