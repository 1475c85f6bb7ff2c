// CTC beside a count of all paths, over long sequences, and its decoders.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/differences.hpp"

namespace engram::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Labels = std::vector<std::int32_t>;

Array<double> log_probabilities(const Shape& shape, std::uint64_t seed) {
  Tape<double> tape;
  return log_softmax(tape.constant(Random(seed).normal<double>(shape, 0, 2))).value();
}

Labels merged(const Labels& path, std::int32_t blank) {
  Labels out;
  for (std::size_t t = 0; t < path.size(); ++t) {
    if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) out.push_back(path[t]);
  }
  return out;
}

// The probability of all labels that paths through one sequence [T, 1, V] lead to.
std::map<Labels, double> by_brute_force(const Array<double>& x, std::int32_t blank) {
  const Index steps = x.extent(0), classes = x.extent(2);
  std::map<Labels, double> out;
  Labels path(static_cast<std::size_t>(steps), 0);
  while (true) {
    double total = 0;
    for (Index t = 0; t < steps; ++t) {
      total += x[t * classes + path[static_cast<std::size_t>(t)]];
    }
    out[merged(path, blank)] += std::exp(total);
    std::size_t k = 0;
    while (k < path.size() && ++path[k] == classes) path[k++] = 0;
    if (k == path.size()) return out;
  }
}

Indices one(std::size_t value) { return Indices({1}, {static_cast<std::int32_t>(value)}); }

template <class T>
struct Loss {
  Array<T> value, gradient;
};
template <class T>
Loss<T> loss_of(const Array<T>& x, const Indices& targets, const Indices& inputs,
                const Indices& lengths, const CtcOptions& options = {},
                const BackwardOptions<T>& how = {}) {
  Tape<T> tape;
  const Var<T> v = tape.variable(x);
  const Var<T> y = ctc_loss(v, targets, inputs, lengths, options);
  BackwardOptions<T> seeded = how;
  seeded.seed = tape.constant(Array<T>::full(y.shape(), 1));
  const std::vector<Var<T>> wanted{v};
  return {y.value(), tape.gradients(y, wanted, seeded)[0].value()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ctc)

BOOST_AUTO_TEST_CASE(all_alignments_are_counted) {
  for (const Index steps : {1, 2, 5}) {
    for (const std::int32_t blank : {0, 1, 2}) {
      const Array<double> x = log_probabilities({steps, 1, 3}, 7);
      const auto probabilities = by_brute_force(x, blank);
      BOOST_TEST(probabilities.size() > 2);
      for (const auto& [labels, p] : probabilities) {
        const auto length = static_cast<Index>(labels.size());
        const auto loss =
            loss_of(x, Indices({1, length}, labels), one(static_cast<std::size_t>(steps)),
                    one(labels.size()), {.blank = blank});
        BOOST_TEST(loss.value[0] == -std::log(p), boost::test_tools::tolerance(1e-12));
        // At each step the states' probabilities add up to 1.
        for (Index t = 0; t < steps; ++t) {
          const double* g = loss.gradient.data() + 3 * t;
          BOOST_TEST(g[0] + g[1] + g[2] == -1, boost::test_tools::tolerance(1e-12));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_aligned_costs_infinity_or_nothing) {
  const Array<double> x = log_probabilities({3, 3, 3}, 1);
  // Two labels in one step, a repeat without room for the blank, and a label in no step.
  const Indices targets({3, 2}, {1, 2, 1, 1, 1, 1}), inputs({3}, {1, 2, 0}),
      lengths({3}, {2, 2, 1});
  for (const bool zero : {false, true}) {
    for (const bool rules : {false, true}) {
      const auto loss =
          loss_of(x, targets, inputs, lengths, {.zero_infinity = zero}, {.rules_only = rules});
      for (const double y : loss.value) BOOST_TEST(y == (zero ? 0 : kInfinity));
      for (const double g : loss.gradient) BOOST_TEST(g == 0);
    }
  }
  // No label in no step is certain.
  BOOST_TEST(loss_of(x, Indices({3, 0}), Indices({3}, {0, 0, 0}), Indices({3})).value[0] == 0);
}

BOOST_AUTO_TEST_CASE(infinities_and_numbers_that_are_none_go_through) {
  // The path may not use class 1 at step 1, so that only 1 blank and blank 1 remain.
  Array<double> x = log_probabilities({2, 1, 2}, 3);
  const std::vector<double> before(x.begin(), x.end());
  const double expected = -(before[1] + before[2]);
  x.edit()[3] = -kInfinity;
  for (const bool rules : {false, true}) {
    const auto loss = loss_of(x, Indices({1, 1}, {1}), one(2), one(1), {}, {.rules_only = rules});
    BOOST_TEST(loss.value[0] == expected, boost::test_tools::tolerance(1e-12));
    const double gradient[] = {0, -1, -1, 0};
    for (Index i = 0; i < 4; ++i) BOOST_TEST(std::abs(loss.gradient[i] - gradient[i]) < 1e-12);
  }
  x.edit()[0] = x.edit()[1] = -kInfinity;
  const auto impossible = loss_of(x, Indices({1, 1}, {1}), one(2), one(1));
  BOOST_TEST(impossible.value[0] == kInfinity);
  for (const double g : impossible.gradient) BOOST_TEST(g == 0);
  x.edit()[1] = std::numeric_limits<double>::quiet_NaN();
  const auto none = loss_of(x, Indices({1, 1}, {1}), one(2), one(1));
  BOOST_TEST(std::isnan(none.value[0]));
  BOOST_TEST(std::isnan(none.gradient[1]));
}

BOOST_AUTO_TEST_CASE(two_thousand_steps) {
  const Index steps = 2000, batch = 2, classes = 30, length = 300;
  const Array<double> x = log_probabilities({steps, batch, classes}, 5);
  Random random(6);
  Indices targets({batch, length});
  for (std::int32_t& label : std::span(targets.edit(), static_cast<std::size_t>(targets.size()))) {
    label = static_cast<std::int32_t>(1 + random.below(classes - 1));
  }
  const Indices inputs({batch}, {2000, 1871}), lengths({batch}, {300, 211});
  const Array<float> in_float(x.shape(), std::vector<float>(x.begin(), x.end()));
  const auto kernel = loss_of(x, targets, inputs, lengths);
  const auto rule = loss_of(x, targets, inputs, lengths, {}, {.rules_only = true});
  const auto floats = loss_of(in_float, targets, inputs, lengths);
  for (Index b = 0; b < batch; ++b) {
    BOOST_TEST(std::isfinite(kernel.value[b]));
    BOOST_TEST(floats.value[b] == static_cast<float>(kernel.value[b]),
               boost::test_tools::tolerance(1e-6f));
  }
  double by_rule = 0, by_float = 0, total = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const double g = kernel.gradient[i];
    by_rule = std::max(by_rule, difference(rule.gradient[i], g));
    by_float = std::max(by_float, difference(floats.gradient[i], g));
    total += g;
  }
  BOOST_TEST(by_rule < 1e-9);
  BOOST_TEST(by_float < 1e-4);
  BOOST_TEST(total == -(2000 + 1871), boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(greedy_decoding_merges_the_best_path) {
  // [T, B, V] = [5, 2, 3]: the first reads 1 1 0 1 2, the second 2 2, and is then over.
  Array<double> x = Array<double>::full({5, 2, 3}, -3);
  const int best[5][2] = {{1, 2}, {1, 2}, {0, 1}, {1, 1}, {2, 1}};
  for (Index t = 0; t < 5; ++t) {
    for (Index b = 0; b < 2; ++b) x.edit()[(t * 2 + b) * 3 + best[t][b]] = -0.25;
  }
  const auto decoded = ctc_greedy_decode(x, Indices({2}, {5, 2}));
  BOOST_TEST(decoded.at(0).labels == (Labels{1, 1, 2}), boost::test_tools::per_element());
  BOOST_TEST(decoded.at(1).labels == (Labels{2}), boost::test_tools::per_element());
  BOOST_TEST(decoded.at(0).log_probability == -1.25);
  BOOST_TEST(decoded.at(1).log_probability == -0.5);
  const auto other_blank = ctc_greedy_decode(x, Indices({2}, {5, 2}), 1);
  BOOST_TEST(other_blank.at(0).labels == (Labels{0, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_wide_beam_finds_the_most_probable_labels) {
  int better_than_greedy = 0;
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
    const Array<double> x = log_probabilities({5, 1, 3}, seed);
    const auto all = by_brute_force(x, 1);
    const auto best = std::max_element(
        all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const CtcDecoded found = ctc_beam_decode(x, one(5), 1, 1000).at(0);
    BOOST_TEST(found.labels == best->first, boost::test_tools::per_element());
    BOOST_TEST(found.log_probability == std::log(best->second),
               boost::test_tools::tolerance(1e-12));
    const CtcDecoded narrow = ctc_beam_decode(x, one(5), 1, 1).at(0);
    BOOST_TEST(narrow.log_probability <= found.log_probability + 1e-12);
    better_than_greedy += ctc_greedy_decode(x, one(5), 1).at(0).labels != found.labels;
  }
  BOOST_TEST(better_than_greedy > 0);
}

BOOST_AUTO_TEST_CASE(decoders_refuse_what_does_not_fit) {
  const auto refused = [](const auto& decode, const std::string& text) {
    BOOST_CHECK_EXCEPTION(decode(), Error, [&](const Error& error) {
      return std::string(error.what()).find(text) != std::string::npos;
    });
  };
  const Array<double> x({2, 1, 3});
  refused(
      [&] {
        ctc_greedy_decode(Array<double>({2, 3}), one(1));
      },
      "ctc_greedy_decode: x [2,3]; need log-probabilities [T, B, V]");
  refused([&] { ctc_greedy_decode(x, one(3)); }, "input_lengths[0] is 3");
  refused([&] { ctc_beam_decode(x, one(1), 3); }, "ctc_beam_decode: blank 3");
  refused([&] { ctc_beam_decode(x, one(1), 0, 0); }, "beam 0; need at least 1");
  Array<double> spoilt = x;
  spoilt.edit()[1] = std::numeric_limits<double>::quiet_NaN();
  BOOST_TEST(ctc_beam_decode(spoilt, one(2)).size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
