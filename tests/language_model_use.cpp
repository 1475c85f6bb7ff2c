// The language model in use: its weights, its loss on a text, its writing, its checkpoint.
#include <boost/test/unit_test.hpp>

#include "engram/examples/language_model/generate.hpp"
#include "engram/ops/ops.hpp"
#include "engram/tests/language_model_training.hpp"

namespace engram::language_model {

BOOST_AUTO_TEST_SUITE(language_model_use)

BOOST_AUTO_TEST_CASE(every_token_but_the_first_is_evaluated) {
  Training training(small_settings());
  const std::span<const std::int32_t> text = std::span(training.corpus.valid).first(31);
  const auto loss_of = [&](std::size_t begin, std::size_t end) {  // summed, from a zero state
    Tape<float> tape;
    const NoRecord<float> values_only(tape);
    const auto count = static_cast<Index>(end - begin);
    const auto [h, state] =
        training.model(tape, Indices({count, 1}, text.subspan(begin, end - begin)));
    return static_cast<double>(count) *
           static_cast<double>(cross_entropy(training.model.logits(h),
                                             Indices({count}, text.subspan(begin + 1, end - begin)))
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

BOOST_AUTO_TEST_CASE(tied_models_share_one_matrix) {
  Random random(1);
  LanguageModel model({.vocabulary = 5, .embedding = 3, .hidden = 3, .tied = true}, random);
  std::vector<std::string> names;
  for (const auto& param : parameters(model)) names.push_back(param.name);
  BOOST_TEST(names == (std::vector<std::string>{"embedding.w", "lstm.layer0.w_ih",
                                                "lstm.layer0.w_hh", "lstm.layer0.b", "readout_b"}),
             boost::test_tools::per_element());
  Tape<float> tape;
  const Indices tokens({2, 1}, {1, 3});
  const Var<float> h = model(tape, tokens).h;
  const Var<float> loss = model.loss(h, Indices({2}, {0, 4}));
  BOOST_TEST(loss.item() == cross_entropy(model.logits(h), Indices({2}, {0, 4})).item(),
             boost::test_tools::tolerance(1e-6F));
  const auto gradients = tape.backward(loss);
  const auto* gradient = gradients.find(model.embedding.w);
  BOOST_TEST((gradient && !gradient->is_sparse()));  // every row takes part in the readout
}

BOOST_AUTO_TEST_CASE(an_adaptive_softmax_is_one_of_all_words) {
  Settings s = small_settings();
  s.softmax = "adaptive";
  s.cutoffs = "9,20";
  s.hidden = 16;
  Training training(s);
  training.run(5);
  Tape<float> tape;
  const NoRecord<float> values_only(tape);
  const std::span<const std::int32_t> text = training.corpus.valid;
  const Var<float> h = training.model(tape, Indices({20, 1}, text.first(20))).h;
  const Indices next({20}, text.subspan(1, 20));
  const Var<float> logits = training.model.logits(h);
  BOOST_TEST(logits.shape() == (Shape{20, training.corpus.vocabulary.size()}));
  for (const float total : logsumexp(logits, {-1}).value()) BOOST_TEST(std::abs(total) < 1e-5f);
  BOOST_TEST(training.model.loss(h, next).item() == cross_entropy(logits, next).item(),
             boost::test_tools::tolerance(1e-5F));
  std::string written;
  Generate asked;
  asked.length = 30;
  generate(training.model, training.corpus.vocabulary, asked, Workers(1),
           [&](std::string_view piece) { written += piece; });
  BOOST_TEST(!written.empty());

  s.cutoffs = "9,999";
  BOOST_TEST(contains(message_of<BadUsage>([&] { make_model(s, training.corpus.vocabulary); }),
                      "--cutoffs 9,999 are not all below the"));
}

BOOST_AUTO_TEST_CASE(initial_weights_are_as_asked) {
  Settings s = small_settings();
  s.init = 0.01;
  LanguageModel model = make_model(s, small_corpus().vocabulary);
  for (const auto& param : parameters(model)) {
    if (param.shape().rank() < 2) continue;
    for (const float w : param.value()) BOOST_REQUIRE(std::abs(w) <= 0.01f);
  }
}

BOOST_AUTO_TEST_CASE(writing_is_decided_by_the_seed) {
  Training training(small_settings());
  training.run(20);
  const auto written = [&](const Generate& asked) {
    std::string out;
    generate(training.model, training.corpus.vocabulary, asked, Workers(2),
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
  files::save(path, training.file());
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
