// The adaptive and the sampled softmax beside the full one.
#include <cmath>
#include <map>
#include <numeric>

#include <boost/test/unit_test.hpp>

#include "engram/core/module.hpp"
#include "engram/core/random.hpp"
#include "engram/nn/adaptive_softmax.hpp"
#include "engram/ops/ops.hpp"

namespace engram::testing {
namespace {

template <class F>
void refused(const F& f, const std::string& text) {
  BOOST_CHECK_EXCEPTION(f(), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(large_vocabulary)

BOOST_AUTO_TEST_CASE(the_loss_is_of_probabilities_that_add_up_to_one) {
  for (const bool bias : {false, true}) {
    Random random(1);
    const nn::AdaptiveSoftmax<double> layer(
        {.in = 16, .classes = 11, .cutoffs = {3, 6}, .bias = bias}, random);
    Tape<double> tape;
    const Var<double> x = tape.constant(random.normal<double>({2, 4, 16}));
    const Indices targets({2, 4}, {0, 10, 3, 2, 5, 6, 9, 0});
    const Var<double> all = layer.log_probabilities(x);
    BOOST_TEST(all.shape() == (Shape{2, 4, 11}));
    for (const double total : logsumexp(all, {-1}).value()) BOOST_TEST(std::abs(total) < 1e-12);
    for (const auto reduction : {Reduction::mean, Reduction::sum}) {
      const CrossEntropyOptions options{.reduction = reduction, .ignore_index = 0};
      const double expected = cross_entropy(all, targets, options).item();
      BOOST_TEST(layer.cross_entropy(x, targets, options).item() == expected,
                 boost::test_tools::tolerance(1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(only_clusters_with_targets_get_gradients) {
  Random random(2);
  nn::AdaptiveSoftmax<float> layer({.in = 16, .classes = 11, .cutoffs = {3, 6}}, random);
  const auto named = parameters(layer);
  std::string names;
  for (const auto& param : named) names += param.name + " ";
  BOOST_TEST(names ==
             "head.w head.b tail0.projection tail0.w tail0.b tail1.projection tail1.w tail1.b ");
  BOOST_TEST(layer.tails[0].projection.shape() == (Shape{16, 4}));
  BOOST_TEST(layer.tails[1].readout.w.shape() == (Shape{1, 5}));
  Tape<float> tape;
  const auto x = tape.constant(random.normal<float>({3, 16}));
  const auto gradients = tape.backward(layer.cross_entropy(x, Indices({3}, {0, 8, 2})));
  for (const auto& param : named) {
    BOOST_TEST((gradients.find(param) != nullptr) == !param.name.starts_with("tail0"), param.name);
  }
}

BOOST_AUTO_TEST_CASE(layers_that_cannot_be_are_refused) {
  Random random(3);
  const auto make = [&](nn::AdaptiveSoftmaxOptions options) {
    return [&random, options] { nn::AdaptiveSoftmax<float>(options, random); };
  };
  refused(make({.in = 8, .classes = 9, .cutoffs = {}}), "no cutoffs; need at least one");
  refused(make({.in = 8, .classes = 9, .cutoffs = {3, 3}}), "cutoff 3 after 3; need ascending");
  refused(make({.in = 8, .classes = 9, .cutoffs = {0}}), "cutoff 0 after 0");
  refused(make({.in = 8, .classes = 9, .cutoffs = {9}}), "below the 9 classes");
  refused(make({.in = 8, .classes = 9, .cutoffs = {3, 5}}), "cluster 1 has no inputs");
  refused(make({.in = 8, .classes = 9, .cutoffs = {3}, .div_value = 0.5}), "div_value 0.5");
}

BOOST_AUTO_TEST_CASE(candidates_follow_their_distribution) {
  Random random(4);
  const int n = 40000;
  const auto check = [&](const Candidates& drawn, const std::vector<double>& q) {
    std::map<std::int32_t, int> seen;
    for (Index s = 0; s < n; ++s) {
      const std::int32_t c = drawn.classes[s];
      ++seen[c];
      BOOST_REQUIRE((c >= 0 && c < static_cast<std::int32_t>(q.size())));
      BOOST_REQUIRE(std::abs(drawn.expected_counts[s] - n * q[static_cast<std::size_t>(c)]) < 1e-6);
    }
    for (std::size_t c = 0; c < q.size(); ++c) {
      const double deviation = std::sqrt(n * q[c]) + 1e-9;
      BOOST_TEST(std::abs(seen[static_cast<std::int32_t>(c)] - n * q[c]) < 5 * deviation);
    }
  };
  std::vector<double> log_uniform;
  for (int c = 0; c < 50; ++c)
    log_uniform.push_back(std::log((c + 2.0) / (c + 1)) / std::log(51.0));
  BOOST_TEST(std::accumulate(log_uniform.begin(), log_uniform.end(), 0.0) == 1.0,
             boost::test_tools::tolerance(1e-12));
  check(log_uniform_candidates(50, n, random), log_uniform);
  const std::vector<double> weights{0, 3, 0, 1, 4, 0};
  check(UnigramCandidates(weights).draw(n, random), {0, 3 / 8.0, 0, 1 / 8.0, 4 / 8.0, 0});

  refused([&] { log_uniform_candidates(0, 1, random); }, "candidates of 0 classes");
  refused([&] { log_uniform_candidates(5, 0, random); }, "0 candidates; need at least one");
  refused([&] { UnigramCandidates(weights).draw(0, random); }, "0 candidates");
  refused([] { UnigramCandidates(std::vector<double>{1, -1}); }, "the weight of class 1 is -1");
  refused([] { UnigramCandidates(std::vector<double>{0, 0}); }, "sum to 0");
  refused([] { UnigramCandidates(std::vector<double>{}); }, "the weights of 0 classes");
}

// With Z for the sum of exponentials, the mean of its estimates is Z.
BOOST_AUTO_TEST_CASE(the_sampled_sum_is_right_on_average) {
  Random random(5);
  const Index classes = 20, repeats = 20000;
  const Array<double> x = random.normal<double>({1, 4}), w = random.normal<double>({classes, 4}),
                      b = random.normal<double>({classes});
  const Indices target({1}, {2});
  const auto logit = [&](Index v) {
    return std::inner_product(x.begin(), x.end(), w.data() + 4 * v, b[v]);
  };
  double exact = 0, mean = 0;
  for (Index v = 0; v < classes; ++v) exact += std::exp(logit(v));
  for (Index k = 0; k < repeats; ++k) {
    Tape<double> tape;
    const auto loss = sampled_cross_entropy(tape.constant(x), tape.constant(w), tape.constant(b),
                                            target, log_uniform_candidates(classes, 8, random));
    mean += std::exp(loss.item() + logit(2)) / static_cast<double>(repeats);
  }
  BOOST_TEST(mean == exact, boost::test_tools::tolerance(0.03));

  Tape<double> tape;
  const auto few =
      sampled_cross_entropy(tape.constant(x), tape.constant(w), tape.constant(b), target,
                            {Indices({2}, {2, 2}), Array<double>({2}, {1, 1})});
  BOOST_TEST(std::abs(few.item()) < 1e-12);  // only the target itself was drawn: Z = exp l
}

BOOST_AUTO_TEST_CASE(gradients_of_a_sampled_table_are_sparse) {
  Random random(6);
  const Param<float> w(random.normal<float>({1000, 4})), b{Array<float>({1000})};
  Tape<float> tape;
  const auto loss = sampled_cross_entropy(tape.constant(random.normal<float>({2, 4})), tape.read(w),
                                          tape.read(b), Indices({2}, {7, 400}),
                                          {Indices({2}, {7, 9}), Array<double>({2}, {1, 1})});
  const auto gradients = tape.backward(loss);
  const Indices rows = gradients.find(w)->rows();
  BOOST_TEST(std::vector(rows.begin(), rows.end()) == (std::vector<std::int32_t>{7, 9, 400}),
             boost::test_tools::per_element());
  BOOST_TEST(gradients.find(b)->is_sparse());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
