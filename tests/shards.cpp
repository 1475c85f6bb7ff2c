// A batch in shards: the same bits on any number of threads, and the gradients of the whole batch.
#include <cmath>
#include <limits>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "engram/engram.hpp"
#include "engram/tests/differences.hpp"
#include "engram/tests/tape_help.hpp"

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

constexpr std::int32_t kPadding = -1;

// A batch of lanes padded to one length, of which lane k has `lengths[k]` targets that count.
struct Padded {
  std::vector<Index> lengths;
  Array<double> x;
  Param<double> w, b;

  explicit Padded(std::vector<Index> of)
      : lengths(std::move(of)),
        x(Random{1}.normal<double>({std::ssize(lengths), 6, 3})),
        w(Random{2}.normal<double>({3, 4})),
        b(Random{3}.normal<double>({4})) {}

  // The mean over what counts in lanes [begin, end).
  Var<double> mean(Tape<double>& tape, Index begin, Index end) const {
    Indices targets = Indices::full({end - begin, 6}, kPadding);
    for (Index k = begin; k < end; ++k) {
      for (Index t = 0; t < lengths[static_cast<std::size_t>(k)]; ++t) {
        targets.edit()[(k - begin) * 6 + t] = static_cast<std::int32_t>((k + t) % 4);
      }
    }
    const auto lanes = slice(tape.constant(x), 0, begin, end);
    return cross_entropy(affine(lanes, tape.read(w), tape.read(b)), targets,
                         {.ignore_index = kPadding});
  }
  double count(Index begin, Index end) const {
    Index out = 0;
    for (Index k = begin; k < end; ++k) out += lengths[static_cast<std::size_t>(k)];
    return static_cast<double>(out);
  }
};

void expect_error(const std::string& said, const std::string& text) {
  BOOST_TEST(said.find(text) != std::string::npos, said << " for " << text);
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

// Whatever the shards have of it, none included: a mean of means would be wrong by a few per cent.
BOOST_AUTO_TEST_CASE(a_padded_batch_is_weighted_by_what_counts) {
  const Padded batch({6, 5, 1, 2, 0, 0, 3, 6});
  Tape<double> whole;
  const auto loss = batch.mean(whole, 0, 8);
  const auto gradients = whole.backward(loss);
  for (const int count : {1, 2, 4, 8}) {
    const Workers workers(2);
    Shards<double> parts(count, workers);
    // [weighted]
    const auto result = parts.run([&](int shard, Tape<double>& tape) -> Shards<double>::Mean {
      const Index begin = shard * 8 / count, end = (shard + 1) * 8 / count;
      const double targets = batch.count(begin, end);  // those that are no padding
      if (targets == 0) return {{}, 0};
      return {batch.mean(tape, begin, end), targets};
    });
    // [end weighted]
    BOOST_TEST(std::abs(result.loss - loss.item()) < 1e-12);
    for (const Param<double>* param : {&batch.w, &batch.b}) {
      BOOST_TEST(difference(result.gradients[*param], gradients[*param]) < 1e-12);
    }
  }
}

// What has weight 0 has no influence, whatever it is.
BOOST_AUTO_TEST_CASE(a_shard_of_weight_zero_counts_nothing) {
  const Workers workers(2);
  Shards<double> parts(3, workers);
  const Param<double> w(Array<double>::scalar(2));
  for (const int first : {0, 1, 2}) {
    const auto result = parts.run([&](int shard, Tape<double>& tape) -> Shards<double>::Mean {
      const auto y = tape.read(w) * 3;
      if (shard != first) return {y * std::numeric_limits<double>::quiet_NaN(), 0};
      return {y, 5};
    });
    BOOST_TEST(result.loss == 6);
    BOOST_TEST(result.gradients[w].item() == 3);
  }
}

BOOST_AUTO_TEST_CASE(bad_weights_are_refused) {
  const Workers workers(1);
  Shards<double> parts(2, workers);
  const auto attempt = [&](double weight, const std::string& text) {
    expect_error(error_of([&] {
                   parts.run([&](int shard, Tape<double>& tape) -> Shards<double>::Mean {
                     return {tape.variable(Array<double>::scalar(1)), shard == 1 ? weight : 0.0};
                   });
                 }),
                 text);
  };
  attempt(-1, "Shards::run: the weight of shard 1 is -1; need a finite number, 0 or more");
  attempt(std::nan(""), "the weight of shard 1 is nan");
  attempt(0, "the weights of the 2 shards sum to 0; need a finite number above 0");
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_none_names_its_shard_and_line) {
  const Workers workers(2);
  Shards<float> parts(3, workers);
  Tape<float> other;
  const auto elsewhere = other.variable(Array<float>::scalar(1));
  const auto attempt = [&](const auto& bad, const std::string& text) {
    const auto loss = [&](int shard, Tape<float>& tape) {
      const auto good = tape.variable(Array<float>::scalar(1));
      return shard == 2 ? bad(good) : good;
    };
    expect_error(error_of([&] { parts.run(loss); }), text);
    expect_error(error_of([&] {
                   parts.run([&](int shard, Tape<float>& tape) -> Shards<float>::Mean {
                     return {loss(shard, tape), 1};
                   });
                 }),
                 text);
  };
  const unsigned line = __LINE__ + 1;
  const auto wide = [](const Var<float>& x) { return broadcast_to(x, {4, 2}); };
  attempt(wide,
          text("Shards::run: the loss of shard 2 has shape [4,2]; need a scalar: take its mean ",
               "or its sum\n  recorded at ", __FILE__, ":", line));
  attempt([&](const Var<float>&) { return elsewhere; },
          "loss of shard 2 is not on the tape of its");
  attempt([&](const Var<float>&) { return Var<float>(); }, "loss of shard 2 is not on the tape of");
}

// Which shard drew first would decide, and two might at once.
BOOST_AUTO_TEST_CASE(a_generator_shared_by_shards_is_refused) {
  Random model_random{1};
  const nn::Lstm<float> lstm{{.input = 3, .hidden = 4, .layers = 2, .dropout = 0.5}, model_random};
  const Array<float> x = model_random.normal<float>({5, 2, 3});
  for (const int threads : {1, 2}) {
    const Workers workers(threads);
    Shards<float> parts(4, workers);
    Random shared{7};
    const auto run = [&](const auto& of_shard) {
      return parts.run([&](int shard, Tape<float>& tape) {
        auto&& random = of_shard(shard);
        return sum(lstm(tape.constant(x), {}, &random).y);
      });
    };
    expect_error(error_of([&] { run([&](int) -> Random& { return shared; }); }),
                 "give each shard its own, as random.stream(shard)");
    // One number each is enough.
    expect_error(error_of([&] { parts.each([&](int, Tape<float>&) { shared.bits(); }); }),
                 "one Random is drawn from by parts ");
    // Its own streams are right, made on the spot or kept from step to step, and so is one shard.
    const float once =
        run([&](int shard) { return shared.stream(static_cast<std::uint64_t>(shard)); }).loss;
    BOOST_TEST(run([&](int shard) {
                 return shared.stream(static_cast<std::uint64_t>(shard));
               }).loss == once);
    std::vector<Random> kept;
    for (std::uint64_t k = 0; k < 4; ++k) kept.push_back(shared.stream(k));
    for (int step = 0; step < 3; ++step) {
      run([&](int shard) -> Random& { return kept[static_cast<std::size_t>(shard)]; });
      parts.each([&](int shard, Tape<float>&) {
        if (shard == step) shared.bits();
      });
      shared.bits();
    }
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
