// The language model learns: exactly the same after a resume and on any number of threads.
#include <cstring>

#include <boost/test/unit_test.hpp>

#include "engram/examples/language_model/checkpoint.hpp"
#include "engram/examples/language_model/corpus.hpp"
#include "engram/examples/language_model/evaluate.hpp"
#include "engram/examples/language_model/generate.hpp"
#include "engram/examples/language_model/trainer.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {
namespace {

Corpus small_corpus() {
  Texts texts;
  texts.whole = some_text(24);
  return make_corpus(texts, {.train_fraction = 0.8});
}

Settings small_settings() {
  Settings s;
  s.hidden = 12;
  s.batch = 6;
  s.steps = 8;
  s.shards = 3;
  s.dropout = 0.3;
  s.clip = 0.5;
  s.epochs = 3;
  s.learning_rate = 0.01;
  return s;
}

// A model in training.
struct Training {
  explicit Training(const Settings& settings, int threads = 2)
      : s(settings),
        workers(threads),
        model(make_model(s, corpus.vocabulary)),
        trainer(s, model, corpus.train, workers) {}

  void run(int steps) {
    for (int k = 0; k < steps; ++k) {
      if (trainer.epoch_done()) trainer.end_epoch(evaluate_held_out());
      trainer.step();
    }
  }
  double evaluate_held_out() {
    return evaluate(model, corpus.valid, 4, s.steps, trainer.shards())->loss;
  }
  nn::Tensors file() {
    nn::Tensors out = describe(s, corpus.vocabulary, corpus.checksum, model);
    trainer.save(out);
    return out;
  }

  Settings s;
  Corpus corpus = small_corpus();
  Workers workers;
  LanguageModel model;
  Trainer trainer;
};

// Names of what differs in any bit.
std::string differences(const nn::Tensors& a, const nn::Tensors& b) {
  std::string out;
  if (a.tensors.size() != b.tensors.size()) return "another number of tensors";
  for (const auto& [name, tensor] : a.tensors) {
    const auto& x = std::get<Array<float>>(tensor);
    const auto& y = b.get<float>(name);
    if (x.shape() != y.shape() ||
        std::memcmp(x.data(), y.data(), sizeof(float) * static_cast<std::size_t>(x.size())) != 0) {
      out += name + " ";
    }
  }
  for (const char* name : {"position", "optimizer"}) {
    if (a.metadata.at(name) != b.metadata.at(name)) out += name;
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_training)

BOOST_AUTO_TEST_CASE(a_resumed_run_is_the_same_to_the_last_bit) {
  const Folder folder("resume");
  const auto with = [](const char* optimizer, const char* schedule, double momentum, bool tied) {
    Settings s = small_settings();
    s.optimizer = optimizer;
    s.schedule = schedule;
    s.momentum = momentum;
    s.weight_decay = 0.01;
    s.tied = tied;
    return s;
  };
  for (const Settings& s : {with("adam", "cosine", 0, false), with("adamw", "plateau", 0, true),
                            with("sgd", "plateau", 0.9, false), with("sgd", "step", 0, true)}) {
    Training whole(s);
    const int epoch = static_cast<int>(whole.trainer.chunks());
    const int all = 2 * epoch + 3;
    whole.run(all);
    for (const int stop : {0, 1, epoch - 1, epoch, epoch + 2, 2 * epoch}) {
      Training first(s);
      first.run(stop);
      nn::save(folder / "c.safetensors", first.file());
      const Checkpoint checkpoint = load_checkpoint(folder / "c.safetensors");
      Training second(s, 1);
      second.model = make_model(checkpoint);
      Trainer trainer(s, second.model, second.corpus.train, second.workers);
      trainer.restore(checkpoint.file);
      for (int k = stop; k < all; ++k) {
        if (trainer.epoch_done()) trainer.end_epoch(second.evaluate_held_out());
        trainer.step();
      }
      nn::Tensors end = describe(s, second.corpus.vocabulary, 0, second.model);
      trainer.save(end);
      BOOST_TEST(differences(end, whole.file()) == "", s.optimizer << " from step " << stop);
    }
  }
}

BOOST_AUTO_TEST_CASE(threads_do_not_matter) {
  Training one(small_settings(), 1);
  one.run(10);
  for (const int threads : {2, 4}) {
    Training more(small_settings(), threads);
    more.run(10);
    BOOST_TEST(differences(one.file(), more.file()) == "");
  }
}

BOOST_AUTO_TEST_CASE(shards_only_matter_in_the_last_digits) {
  Settings s = small_settings();
  s.dropout = 0;
  s.shards = 1;
  Training one(s);
  s.shards = 4;  // lanes of shards: 1 2 1 2
  Training four(s);
  for (int k = 0; k < 6; ++k) {
    const Trainer::Step a = one.trainer.step(), b = four.trainer.step();
    BOOST_TEST(a.loss == b.loss, boost::test_tools::tolerance(1e-5));
    BOOST_TEST(a.gradient_norm == b.gradient_norm, boost::test_tools::tolerance(1e-4));
    BOOST_TEST(a.tokens == b.tokens);
  }
}

BOOST_AUTO_TEST_CASE(it_learns) {
  Settings s = small_settings();
  s.dropout = 0;
  s.hidden = 32;
  Training training(s);
  const double before = training.evaluate_held_out();
  training.run(200);
  BOOST_TEST(before > 3.0);
  BOOST_TEST(training.evaluate_held_out() < 0.6 * before);
}

BOOST_AUTO_TEST_CASE(the_state_is_carried_and_the_gradient_is_cut) {
  // Two chunks of a text give the losses of one long pass over it.
  Settings s = small_settings();
  s.dropout = 0;
  s.learning_rate = 1e-30;  // the weights stay
  Training training(s);
  double carried = 0;
  for (int k = 0; k < 3; ++k) carried += training.trainer.step().loss / 3;
  const Lanes lanes(training.corpus.train, s.batch, 3 * s.steps);
  Tape<float> tape;
  const Chunk chunk = lanes.chunk(0, 0, s.batch);
  const auto [logits, state] = training.model(tape, chunk.x);
  const auto loss = cross_entropy(logits, chunk.y.reshaped({chunk.y.size()}));
  BOOST_TEST(carried == static_cast<double>(loss.item()), boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(every_token_but_the_first_is_evaluated) {
  Training training(small_settings());
  const std::span<const std::int32_t> text = std::span(training.corpus.valid).first(31);
  const auto loss_of = [&](std::size_t begin, std::size_t end) {  // summed, from a zero state
    Tape<float> tape;
    const auto count = static_cast<Index>(end - begin);
    const auto [logits, state] =
        training.model(tape, Indices({count, 1}, text.subspan(begin, end - begin)));
    return static_cast<double>(count) *
           static_cast<double>(
               cross_entropy(logits, Indices({count}, text.subspan(begin + 1, end - begin)))
                   .item());
  };
  const auto measured = [&](Index lanes, int shards) {
    const Workers workers(2);
    Shards<float> tapes(shards, workers);
    const auto found = evaluate(training.model, text, lanes, 4, tapes);
    BOOST_TEST(found->tokens == 30);
    return 30 * found->loss;
  };
  const auto close = boost::test_tools::tolerance(1e-5);
  BOOST_TEST(measured(1, 1) == loss_of(0, 30), close);
  // Four lanes of 7; the last goes on over the two tokens that are left.
  const double four = loss_of(0, 7) + loss_of(7, 14) + loss_of(14, 21) + loss_of(21, 30);
  for (const int shards : {1, 2, 3, 7}) BOOST_TEST(measured(4, shards) == four, close);
  BOOST_TEST(measured(100, 2) > 0);  // more lanes than tokens
  const Workers workers(1);
  Shards<float> shards(1, workers);
  BOOST_TEST(!evaluate(training.model, text, 2, 4, shards, [] { return true; }));
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_no_number_stops_before_it_spoils_the_weights) {
  Training training(small_settings());
  training.run(2);
  training.model.readout->b.edit()[0] = std::numeric_limits<float>::infinity();
  const std::string message = message_of<Error>([&] { training.run(1); });
  BOOST_TEST(training.trainer.position().step == 2);
  BOOST_TEST(contains(message, "training went astray at step"));
  BOOST_TEST(contains(message, "smaller --learning-rate"));
}

BOOST_AUTO_TEST_CASE(tied_models_share_one_matrix) {
  Random random(1);
  LanguageModel model({.vocabulary = 5, .embedding = 3, .hidden = 3, .tied = true}, random);
  std::vector<std::string> names;
  for (const auto& [name, param] : named_parameters(model)) names.push_back(name);
  BOOST_TEST(names == (std::vector<std::string>{"embedding.w", "lstm.layer0.w_ih",
                                                "lstm.layer0.w_hh", "lstm.layer0.b", "readout_b"}),
             boost::test_tools::per_element());
  Tape<float> tape;
  const Indices tokens({2, 1}, {1, 3});
  const auto gradients =
      tape.backward(cross_entropy(model(tape, tokens).logits, Indices({2}, {0, 4})));
  const auto* gradient = gradients.find(model.embedding.w);
  BOOST_TEST((gradient && !gradient->is_sparse()));  // every row takes part in the readout
}

BOOST_AUTO_TEST_CASE(initial_weights_are_as_asked) {
  Settings s = small_settings();
  s.init = 0.01;
  LanguageModel model = make_model(s, small_corpus().vocabulary);
  for (const auto& [name, param] : named_parameters(model)) {
    if (param.shape().rank() < 2) continue;
    for (const float w : param.value()) BOOST_REQUIRE(std::abs(w) <= 0.01f);
  }
}

BOOST_AUTO_TEST_CASE(writing_is_decided_by_the_seed) {
  Training training(small_settings());
  training.run(20);
  const auto written = [&](const Generate& asked) {
    std::string out;
    generate(training.model, training.corpus.vocabulary, asked,
             [&](std::string_view piece) { out += piece; });
    return out;
  };
  Generate asked;
  asked.prompt = "höre ∑";
  asked.length = 60;
  asked.sampler.temperature = 1.5;
  const std::string first = written(asked);
  BOOST_TEST(first.starts_with("höre ∑"));
  std::int64_t characters = 0;
  for_each_token(first, Level::character, [&](std::string_view token, std::size_t) {
    BOOST_TEST(!token.empty());  // valid UTF-8 all through
    ++characters;
  });
  BOOST_TEST(characters == 66);
  BOOST_TEST(written(asked) == first);
  asked.seed = 2;
  BOOST_TEST(written(asked) != first);
  asked.sampler.greedy = true;
  const std::string greedy = written(asked);
  asked.seed = 1;
  BOOST_TEST(written(asked) == greedy);
  asked.prompt = "";
  BOOST_TEST(!written(asked).empty());
  asked.prompt = "Ж";
  BOOST_TEST(contains(message_of<BadData>([&] { written(asked); }), "'Ж' (U+0416)"));
}

BOOST_AUTO_TEST_CASE(damage_anywhere_in_a_checkpoint_is_found_or_harmless) {
  const Folder folder("damage");
  Training training(small_settings());
  training.run(3);
  const auto path = folder / "c.safetensors";
  nn::save(path, training.file());
  const std::string good = bytes_of(path);
  const auto use = [&](const std::string& bytes) {
    write(path, bytes);
    try {
      const Checkpoint checkpoint = load_checkpoint(path);
      make_model(checkpoint);
      Training other(small_settings());
      using_checkpoint(path, [&] { other.trainer.restore(checkpoint.file); });
      return true;
    } catch (const BadData&) {
      return false;
    }
  };
  BOOST_TEST(use(good));
  for (std::size_t size = 0; size < good.size(); size += 1 + good.size() / 40) {
    BOOST_TEST(!use(good.substr(0, size)));
  }
  Random random(3);
  for (int k = 0; k < 200; ++k) {  // mostly in the header, where it matters
    std::string bad = good;
    bad[random.below(std::min<std::size_t>(good.size(), 8000))] ^=
        static_cast<char>(1 + random.below(255));
    use(bad);
  }
  BOOST_TEST(contains(message_of<BadData>([&] { load_checkpoint(folder / "none"); }),
                      "there is no checkpoint"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
