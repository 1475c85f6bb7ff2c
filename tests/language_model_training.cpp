// The language model learns: exactly the same after a resume and on any number of threads.
#include "engram/tests/language_model_training.hpp"

#include <cstring>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/ops/ops.hpp"

namespace engram::language_model {
namespace {

// Names of what differs in any bit.
std::string differences(const files::Tensors& a, const files::Tensors& b) {
  std::string out;
  if (a.tensors.size() != b.tensors.size()) return "another number of tensors";
  for (const auto& [name, tensor] : a.tensors) {
    const auto differ = [&](const auto& x, const auto& y) {
      return x.shape() != y.shape() ||
             std::memcmp(x.data(), y.data(), x.values().size_bytes()) != 0;
    };
    const auto* counts = std::get_if<Array<double>>(&tensor);
    if (counts ? differ(*counts, b.get<double>(name))
               : differ(std::get<Array<float>>(tensor), b.get<float>(name))) {
      out += name + " ";
    }
  }
  if (a.metadata.at("position") != b.metadata.at("position")) out += "position";
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
  Settings adaptive = with("sgd", "plateau", 0.9, false);
  adaptive.softmax = "adaptive";
  adaptive.level = "word";
  adaptive.cutoffs = "12";
  for (const Settings& s :
       {adaptive, with("adam", "cosine", 0, false), with("adamw", "plateau", 0, true),
        with("sgd", "plateau", 0.9, false), with("sgd", "step", 0, true)}) {
    Training whole(s);
    const int epoch = static_cast<int>(whole.trainer.chunks());
    const int all = 2 * epoch + 3;
    whole.run(all);
    for (const int stop : {0, 1, epoch - 1, epoch, epoch + 2, 2 * epoch}) {
      Training first(s);
      first.run(stop);
      files::save(folder / "c.safetensors", first.file());
      const Checkpoint checkpoint = load_checkpoint(folder / "c.safetensors");
      Training second(s, 1);
      second.model = make_model(checkpoint);
      Trainer trainer(s, second.model, second.corpus.train, second.workers);
      trainer.restore(checkpoint.file);
      for (int k = stop; k < all; ++k) {
        if (trainer.epoch_done()) trainer.end_epoch(second.evaluate_held_out());
        trainer.step();
      }
      files::Tensors end = describe(s, second.corpus.vocabulary, 0, second.model);
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
  const auto [h, state] = training.model(tape, chunk.x);
  const auto loss = cross_entropy(training.model.logits(h), chunk.y.reshaped({chunk.y.size()}));
  BOOST_TEST(carried == static_cast<double>(loss.item()), boost::test_tools::tolerance(1e-5));
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
