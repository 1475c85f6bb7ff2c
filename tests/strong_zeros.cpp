// Zeros that come back stay zeros, whatever they meet: where the table of places without influence
// (tests/no_influence_places.cpp) cannot reach, as it changes inputs and not what comes back.
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

using A = Array<float>;
using V = Var<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The gradients by x in all ways there are, where `upstream` comes back to y.
std::vector<A> gradients(const V& y, const V& x, const A& upstream) {
  const V seed = y.tape().constant(upstream);
  std::vector<A> out;
  for (const BackwardOptions<float>& how :
       {BackwardOptions<float>{.seed = seed},
        BackwardOptions<float>{.seed = seed, .rules_only = true},
        BackwardOptions<float>{.seed = seed, .record = true}}) {
    out.push_back(y.tape().gradients(y, std::vector{x}, how)[0].value());
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(strong_zeros)

BOOST_AUTO_TEST_CASE(beside_an_infinite_number) {
  Tape<float> tape;
  const V x = tape.variable(A({2}, {1, 2}));
  for (const A& dx : gradients(x * kInfinity, x, A({2}, {0, 1}))) {
    BOOST_TEST((dx[0] == 0 && dx[1] == kInfinity), dx[0]);
  }
}

// y = a b, each stored either way. What comes back is infinite beside the first of four zeros, and
// 0 beside the infinities.
BOOST_AUTO_TEST_CASE(of_products) {
  const float i = kInfinity;
  for (int k = 0; k < 16; ++k) {
    const bool ta = k & 1, tb = k & 2;
    const Strong strong{(k & 4) != 0, (k & 8) != 0};
    Tape<float> tape;
    const V a = tape.variable(ta ? A({2, 2}, {0, 1, i, 1}) : A({2, 2}, {0, i, 1, 1}));
    const V b = tape.variable(tb ? A({2, 2}, {0, 1, i, 1}) : A({2, 2}, {0, i, 1, 1}));
    const V y = strong_matmul(a, b, {ta, tb}, strong);
    for (const A& da : gradients(y, a, A({2, 2}, {i, 0, 0, 0}))) {
      BOOST_TEST((strong.b ? da[0] == 0 : std::isnan(da[0])), k << ": " << da[0]);
    }
    for (const A& db : gradients(y, b, A({2, 2}, {i, 0, 0, 0}))) {
      BOOST_TEST((strong.a ? db[0] == 0 : std::isnan(db[0])), k << ": " << db[0]);
    }
  }
}

BOOST_AUTO_TEST_CASE(of_a_product_of_many) {
  Tape<float> tape;
  const V x = tape.variable(A({2, 2}, {kInfinity, 2, 3, 4}));
  for (const A& dx : gradients(prod(x, {1}), x, A({2}, {0, 1}))) {
    BOOST_TEST((dx[0] == 0 && dx[1] == 0 && dx[2] == 4 && dx[3] == 3), dx[1]);
  }
}

// Two labels do not fit into one step.
BOOST_AUTO_TEST_CASE(of_a_loss_that_is_impossible) {
  Tape<float> tape;
  const V x = tape.variable(A({1, 1, 3}));
  const V y =
      ctc_loss(log_softmax(x), Indices({1, 2}, {1, 2}), Indices({1}, {1}), Indices({1}, {2}));
  for (const A& dx : gradients(y, x, A({1}, {kInfinity}))) {
    BOOST_TEST((dx[0] == 0 && dx[1] == 0 && dx[2] == 0), dx[0]);
  }
}

BOOST_AUTO_TEST_CASE(of_a_sequence_that_is_not_used) {
  Tape<float> tape;
  const V x = tape.variable(A({2, 2, 2}, {1, 2, std::nanf(""), 4, 5, 6, 7, 8}));
  const V pairs = tape.variable(A({2, 2})), ends = tape.constant(A({2}));
  const V y = crf_log_likelihood(x, pairs, ends, ends, Indices({2, 2}), Indices({2}, {2, 2}));
  const V seed = tape.constant(A({2}, {1, 0}));
  const auto d = tape.gradients(y, std::vector{x, pairs}, {.seed = seed});
  for (const auto& g : d) {
    for (const float v : g.value()) BOOST_TEST(std::isfinite(v), v);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
