// A batch in shards: the same bits on any number of threads, and the gradients of the whole batch.
#include <cmath>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "engram/engram.hpp"
#include "engram/tests/differences.hpp"

namespace engram::testing {
namespace {

struct Model {
  using value_type = float;
  nn::Embedding<float> embedding;
  nn::Lstm<float> lstm;
  nn::Linear<float> readout;

  explicit Model(Random random)
      : embedding({.rows = 20, .width = 8}, random),
        lstm({.input = 8, .hidden = 12, .layers = 2}, random),
        readout({.in = 12, .out = 20}, random) {}

  void visit(auto&& f) { f("embedding", embedding), f("lstm", lstm), f("readout", readout); }

  Var<float> loss(Tape<float>& tape, const Indices& tokens, const Indices& targets) const {
    return cross_entropy(readout(lstm(embedding(tape, tokens)).y), targets);
  }
};

constexpr Index kSteps = 5, kBatch = 8;

Indices draw(Random& random, Index batch) {
  Indices out({kSteps, batch});
  for (Index i = 0; i < out.size(); ++i)
    out.edit()[i] = static_cast<std::int32_t>(random.below(20));
  return out;
}

struct Run {
  std::vector<float> losses, weights;
};

// 50 steps of training on this many threads.
Run train(int shards, int threads) {
  const Workers workers(threads);
  Shards<float> parts(shards, workers);
  Model model(Random{1});
  optim::Sgd<float> sgd(parameters(model), {.learning_rate = 0.5, .momentum = 0.9});
  Run run;
  for (std::uint64_t step = 0; step < 50; ++step) {
    auto result = parts.run([&](int shard, Tape<float>& tape) {
      Random random = Random{9}.stream(step * 64 + static_cast<std::uint64_t>(shard));
      const Index batch = kBatch / shards;
      const Indices tokens = draw(random, batch), targets = draw(random, batch);
      return model.loss(tape, tokens, targets) * (1.0f / static_cast<float>(shards));
    });
    optim::clip_global_norm(result.gradients, 1.0f);
    sgd.step(result.gradients);
    run.losses.push_back(result.loss);
  }
  for (const auto& param : parameters(model)) {
    run.weights.insert(run.weights.end(), param.value().begin(), param.value().end());
  }
  return run;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shards)

BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_threads) {
  for (const int shards : {1, 2, 4}) {
    const Run one = train(shards, 1);
    BOOST_TEST(one.losses.back() != one.losses.front());
    for (const int threads : {2, 4}) {
      const Run many = train(shards, threads);
      BOOST_TEST((many.losses == one.losses), shards << " shards, " << threads << " threads");
      BOOST_TEST((many.weights == one.weights), shards << " shards, " << threads << " threads");
    }
  }
}

BOOST_AUTO_TEST_CASE(shards_add_up_to_the_batch) {
  const Workers workers(2);
  Model model(Random{1});
  Random random{3};
  const Indices tokens = draw(random, kBatch), targets = draw(random, kBatch);
  // Columns [begin, begin + count) of a batch.
  const auto part = [](const Indices& all, Index begin, Index count) {
    Indices out({kSteps, count});
    for (Index t = 0; t < kSteps; ++t) {
      for (Index k = 0; k < count; ++k) out.edit()[t * count + k] = all[t * kBatch + begin + k];
    }
    return out;
  };
  const auto run = [&](int shards) {
    Shards<float> parts(shards, workers);
    return parts.run([&](int shard, Tape<float>& tape) {
      const Index count = kBatch / shards, begin = shard * count;
      return model.loss(tape, part(tokens, begin, count), part(targets, begin, count)) *
             (1.0f / static_cast<float>(shards));
    });
  };
  const auto whole = run(1), parts = run(4);
  BOOST_TEST(std::abs(whole.loss - parts.loss) < 1e-6f);
  BOOST_TEST(parts.gradients.find(model.embedding.w)->is_sparse());
  for (const auto& param : parameters(model)) {
    BOOST_TEST(difference(whole.gradients[param], parts.gradients[param]) < 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(an_error_in_a_shard_reaches_the_caller) {
  const Workers workers(2);
  Shards<float> parts(4, workers);
  BOOST_CHECK_THROW(parts.run([](int shard, Tape<float>& tape) {
    if (shard == 2) throw std::runtime_error("lost");
    return tape.variable(Array<float>::scalar(1));
  }),
                    std::runtime_error);
  const auto after =
      parts.run([](int, Tape<float>& tape) { return tape.variable(Array<float>::scalar(1)); });
  BOOST_TEST(after.loss == 4);
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused) {
  const Workers workers(1);
  BOOST_CHECK_THROW(Shards<float>(0, workers), Error);
  BOOST_CHECK_THROW(Workers(-1), Error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
