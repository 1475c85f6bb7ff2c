// The conditional random field beside a count of all sequences of tags.
#include "engram/nn/crf.hpp"

#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/core/module.hpp"
#include "engram/core/random.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

struct Scores {
  Array<double> x, transitions, start, end;

  Scores(Index steps, Index batch, Index tags, std::uint64_t seed) {
    Random random(seed);
    x = random.normal<double>({steps, batch, tags});
    transitions = random.normal<double>({tags, tags});
    start = random.normal<double>({tags});
    end = random.normal<double>({tags});
  }
  double of(const std::vector<std::int32_t>& tags, Index b) const {
    const Index batch = x.extent(1), count = x.extent(2);
    double sum = start[tags.front()] + end[tags.back()];
    for (std::size_t t = 0; t < tags.size(); ++t) {
      sum += x[(static_cast<Index>(t) * batch + b) * count + tags[t]];
      if (t > 0) sum += transitions[tags[t - 1] * count + tags[t]];
    }
    return sum;
  }
};

// Calls f(tags) for every sequence of tags.
template <class F>
void each_sequence(Index steps, std::int32_t count, const F& f) {
  std::vector<std::int32_t> tags(static_cast<std::size_t>(steps), 0);
  while (true) {
    f(tags);
    std::size_t k = 0;
    while (k < tags.size() && ++tags[k] == count) tags[k++] = 0;
    if (k == tags.size()) return;
  }
}

template <class T>
Var<T> likelihood(Tape<T>& tape, const Scores& s, const Indices& tags, const Indices& lengths) {
  const auto constant = [&](const Array<double>& a) { return tape.variable(cast<T>(a)); };
  return crf_log_likelihood(constant(s.x), constant(s.transitions), constant(s.start),
                            constant(s.end), tags, lengths);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crf)

BOOST_AUTO_TEST_CASE(probabilities_and_best_tags_are_those_of_all_sequences) {
  const Scores scores(4, 3, 3, 1);
  const Indices lengths({3}, {4, 1, 3});
  const CrfDecoded<double> decoded =
      crf_decode(scores.x, scores.transitions, scores.start, scores.end, lengths);
  for (Index b = 0; b < 3; ++b) {
    double total = 0, best = -std::numeric_limits<double>::infinity();
    std::vector<std::int32_t> best_tags;
    each_sequence(lengths[b], 3, [&](const auto& tags) {
      const double score = scores.of(tags, b);
      total += std::exp(score);
      if (score > best) best = score, best_tags = tags;
    });
    each_sequence(lengths[b], 3, [&](const auto& tags) {
      Indices all = Array<std::int32_t>::full({4, 3}, 0);
      for (Index t = 0; t < 4; ++t) {
        all.edit()[t * 3 + b] = t < lengths[b] ? tags[static_cast<std::size_t>(t)] : 99;
      }
      Tape<double> tape;
      const double y = likelihood(tape, scores, all, lengths).value()[b];
      BOOST_TEST(y == scores.of(tags, b) - std::log(total), boost::test_tools::tolerance(1e-10));
    });
    BOOST_TEST(decoded.scores[b] == best, boost::test_tools::tolerance(1e-12));
    for (Index t = 0; t < 4; ++t) {
      const std::int32_t expected = t < lengths[b] ? best_tags[static_cast<std::size_t>(t)] : -1;
      BOOST_TEST(decoded.tags[t * 3 + b] == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_forbidden_is_never_chosen) {
  Scores scores(5, 1, 3, 2);
  scores.transitions.edit()[1] = -std::numeric_limits<double>::infinity();  // from 0 to 1
  const Indices lengths({1}, {5});
  const auto decoded = crf_decode(scores.x, scores.transitions, scores.start, scores.end, lengths);
  for (Index t = 1; t < 5; ++t) {
    BOOST_TEST((decoded.tags[t - 1] != 0 || decoded.tags[t] != 1));
  }
  Tape<double> tape;
  const Var<double> y = likelihood(tape, scores, decoded.tags, lengths);
  const auto gradients = tape.backward(sum(y));
  for (const auto& entry : gradients.entries()) {
    for (const double g : entry.gradient.values()) BOOST_TEST(std::isfinite(g));
  }
  const Var<double> never = likelihood(tape, scores, Indices({5, 1}, {0, 1, 2, 2, 2}), lengths);
  BOOST_TEST(never.item() == -std::numeric_limits<double>::infinity());
}

BOOST_AUTO_TEST_CASE(equal_scores_give_the_lower_tags) {
  const Array<double> x({3, 1, 2}), pairs({2, 2}), ends({2});
  const auto decoded = crf_decode(x, pairs, ends, ends, Indices({1}, {3}));
  for (const std::int32_t tag : decoded.tags) BOOST_TEST(tag == 0);
}

BOOST_AUTO_TEST_CASE(long_sequences_stay_finite_in_float) {
  const Scores scores(1000, 2, 5, 3);
  Indices tags({1000, 2});
  for (Index i = 0; i < tags.size(); ++i) tags.edit()[i] = static_cast<std::int32_t>(i % 5);
  const Indices lengths({2}, {1000, 700});
  Tape<double> in_double;
  Tape<float> in_float;
  const auto expected = likelihood(in_double, scores, tags, lengths).value();
  const auto got = likelihood(in_float, scores, tags, lengths).value();
  for (Index b = 0; b < 2; ++b) {
    BOOST_TEST(got[b] == static_cast<float>(expected[b]), boost::test_tools::tolerance(1e-5f));
  }
}

BOOST_AUTO_TEST_CASE(the_layer_learns_which_tags_follow_each_other) {
  Random random(4);
  nn::Crf<double> layer(3, random);
  BOOST_TEST(count_parameters(layer) == 15);
  const Array<double> x({6, 1, 3});  // says nothing
  const Indices tags({6, 1}, {0, 1, 2, 0, 1, 2}), lengths({1}, {6});
  for (int step = 0; step < 100; ++step) {
    Tape<double> tape;
    const auto gradients =
        tape.backward(-sum(layer.log_likelihood(tape.constant(x), tags, lengths)));
    for (auto& param : parameters(layer)) {
      const Array<double> g = gradients[param];
      double* w = param.edit();
      for (Index i = 0; i < g.size(); ++i) w[i] -= 0.5 * g[i];
    }
  }
  const auto decoded = layer.decode(x, lengths);
  BOOST_TEST(std::vector(decoded.tags.begin(), decoded.tags.end()) ==
                 std::vector(tags.begin(), tags.end()),
             boost::test_tools::per_element());
  BOOST_CHECK_EXCEPTION(layer.decode(Array<double>({6, 1, 2}), lengths), Error, [](const Error& e) {
    return std::string(e.what()).find("crf_decode: transitions [3,3]") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
