// Attention at its edges: large scores, queries that see nothing, and what is hidden from them.
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

BOOST_AUTO_TEST_SUITE(attention)

BOOST_AUTO_TEST_CASE(attention_is_stable_and_causal) {
  Tape<double> tape;
  const auto q = tape.variable(Array<double>({2, 1}, {1e4, -1e4}));
  const auto k = tape.variable(Array<double>({3, 1}, {1, 2, 3}));
  const auto v = tape.variable(Array<double>({3, 1}, {1, 2, 3}));
  BOOST_TEST(equal(engram::attention(q, k, v).value(), Array<double>({2, 1}, {3, 1})));
  // Two queries are the last two of three: the first of them does not see the last key.
  BOOST_TEST(
      equal(engram::attention(q, k, v, {.causal = true}).value(), Array<double>({2, 1}, {2, 1})));
}

// Attention to nothing is 0, as are all derivatives.
BOOST_AUTO_TEST_CASE(a_query_that_sees_nothing_gets_zeros) {
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({2, 2}, {1, 2, 3, 4}));
  const auto masked = engram::attention(x, x, x, {.mask = Indices({2, 2}, {1, 0, 0, 0})});
  BOOST_TEST(equal(masked.value(), Array<double>({2, 2}, {1, 2, 0, 0})));
  const auto hidden = tape.constant(Array<double>({2}, {-kInfinity, -kInfinity}));
  const auto blind = engram::attention(x, x, x, hidden);
  BOOST_TEST(equal(blind.value(), Array<double>(Shape{2, 2})));
  for (const bool rules_only : {false, true}) {
    const auto seed = tape.constant(Array<double>::full({2, 2}, 3));
    const auto dx = tape.gradients(blind, std::vector{x}, {.seed = seed, .rules_only = rules_only});
    BOOST_TEST(equal(dx[0].value(), Array<double>(Shape{2, 2})));
  }
  const auto nothing = tape.constant(Array<double>(Shape{0, 2}));
  BOOST_TEST(equal(engram::attention(x, nothing, nothing).value(), Array<double>(Shape{2, 2})));
}

// Whatever stands where no query looks, or a query does not: not a bit of value or derivative
// changes.
BOOST_AUTO_TEST_CASE(what_is_hidden_from_attention_has_no_influence) {
  const Indices padding({2, 1, 3}, {1, 1, 0, 1, 0, 1});
  for (const AttentionOptions& options :
       {AttentionOptions{.mask = padding}, AttentionOptions{.causal = true, .soft_cap = 2.0},
        AttentionOptions{.causal = true, .mask = padding}}) {
    const auto all = [&](double hidden) {
      Random random{5};
      Array<double> q = random.normal<double>({2, 3, 4}), k = random.normal<double>({2, 3, 4});
      Array<double> v = random.normal<double>({2, 3, 2});
      const auto hide = [&](Index batch, Index key) {
        std::fill_n(k.edit() + (batch * 3 + key) * 4, 4, hidden);
        std::fill_n(v.edit() + (batch * 3 + key) * 2, 2, hidden);
      };
      if (options.mask) hide(0, 2), hide(1, 1);
      if (!options.mask) hide(0, 2), hide(1, 2);  // seen by the last query only
      Tape<double> tape;
      const std::vector<Var<double>> x{tape.variable(q), tape.variable(k), tape.variable(v)};
      const auto y = engram::attention(x[0], x[1], x[2], options);
      const auto seen = options.mask ? y : slice(y, 1, 0, 2);
      const auto loss = sum(seen * seen);
      std::vector<Array<double>> out{seen.value()};
      if (!options.mask) return out;  // the last query looks, and takes part in the derivatives
      for (const bool record : {false, true}) {
        const auto g = tape.gradients(loss, x, {.record = record});
        for (const auto& dx : g) out.push_back(dx.value());
        if (!record) continue;
        const auto slope = sum(g[0] * g[0]);
        for (const auto& dx : tape.gradients(slope, x)) out.push_back(dx.value());
      }
      return out;
    };
    const auto expected = all(0.5);
    for (const double hidden : {std::nan(""), kInfinity, -1e300}) {
      const auto got = all(hidden);
      for (std::size_t i = 0; i < got.size(); ++i) {
        const double worst = difference(got[i], expected[i]);
        BOOST_TEST(worst <= 1e-13, hidden << ": number " << i << " differs by " << worst);
      }
    }
  }
}

// A mask of whole numbers for each head, from the lengths of a batch.
BOOST_AUTO_TEST_CASE(a_mask_from_lengths) {
  const Indices lengths({2}, {2, 3});
  const Indices mask = transpose(length_mask(lengths, 3)).reshaped({2, 1, 1, 3});
  const std::vector<std::int32_t> expected{1, 1, 0, 1, 1, 1};
  BOOST_TEST(mask.values() == expected, boost::test_tools::per_element());
  Tape<double> tape;
  const auto x = tape.variable(Random{3}.normal<double>({2, 2, 3, 4}));
  const auto y = engram::attention(x, x, x, {.mask = mask});
  const auto first = slice(slice(x, 0, 0, 1), 2, 0, 2);
  const auto alone = engram::attention(slice(x, 0, 0, 1), first, first);
  BOOST_TEST(difference(slice(y, 0, 0, 1).value(), alone.value()) < 1e-14);
  BOOST_TEST(
      equal(length_mask(tape, lengths, 3).value(), Array<double>({3, 2}, {1, 1, 1, 1, 0, 1})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
