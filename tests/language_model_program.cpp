// The program language_model, run as a user runs it: results, signals, going on after a stop.
#include "engram/tests/language_model_program.hpp"

#include <csignal>
#include <thread>

#include <boost/test/unit_test.hpp>

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

// The numbers of a checkpoint and where it is, without what may differ: where the run is kept,
// and with which threads.
std::string weights(const fs::path& path) {
  const files::Tensors file = files::load(path);
  std::string bytes = file.metadata.at("position");
  for (const auto& [name, tensor] : file.tensors) {
    bytes += name;
    const auto add = [&](const auto& values) {
      bytes.append(reinterpret_cast<const char*>(values.data()), values.values().size_bytes());
    };
    if (const auto* counts = std::get_if<Array<double>>(&tensor)) {
      add(*counts);
    } else {
      add(std::get<Array<float>>(tensor));
    }
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_program)

BOOST_AUTO_TEST_CASE(trains_evaluates_and_writes) {
  const Workshop shop("program");
  const Outcome trained = run(shop, shop.train());
  BOOST_TEST(trained.code == 0);
  BOOST_TEST(contains(trained.out, "held-out loss"));
  for (const char* file : {"checkpoint.safetensors", "metrics.jsonl"}) {
    BOOST_TEST(contains(trained.out, (shop.out / file).string()));
    BOOST_TEST(fs::exists(shop.out / file));
  }
  BOOST_TEST(contains(trained.err, "epoch 2  step"));
  BOOST_TEST(!contains(trained.err, "\r"));  // no bar in a file
  BOOST_TEST(contains(bytes_of(shop.out / "metrics.jsonl"), R"("split":"valid")"));

  const Outcome measured = run(shop, {"evaluate", "--checkpoint", shop.out.string()});
  BOOST_TEST(measured.code == 0);
  const std::string loss = measured.out.substr(0, measured.out.find(" over"));
  BOOST_TEST(contains(trained.out, loss.substr(loss.find("  ") + 2)));
  BOOST_TEST(run(shop, {"evaluate", "--checkpoint", shop.out.string(), "--split", "all"}).code ==
             0);
  check_failure(run(shop, {"evaluate", "--checkpoint", shop.out.string(), "--split", "test"}),
                Exit::bad_data, "no 'test' part");

  const Arguments generate{"generate", "--checkpoint", shop.out.string(), "--prompt", "the c",
                           "--length", "50",           "--seed",          "5"};
  const Outcome written = run(shop, generate);
  BOOST_TEST(written.code == 0);
  BOOST_TEST(written.out.starts_with("the c"));
  BOOST_TEST(run(shop, generate).out == written.out);
  BOOST_TEST(Program(shop, generate, standard_output("/dev/full")).wait().code == 1);
}

BOOST_AUTO_TEST_CASE(words_have_unknown_ones) {
  const Workshop shop("words");
  const Outcome trained = run(shop, shop.train({"--level", "word", "--vocabulary", "9"}));
  BOOST_TEST(trained.code == 0);
  BOOST_TEST(contains(trained.err, "9 different"));
  const Arguments generate{"generate", "--checkpoint", shop.out.string(), "--prompt", "the cell"};
  BOOST_TEST(run(shop, generate).out.starts_with("the cell "));
  BOOST_TEST(!contains(run(shop, generate).out, "<unk>"));
}

BOOST_AUTO_TEST_CASE(a_stopped_run_goes_on_to_the_same_weights) {
  const Workshop whole("whole"), stopped("stopped"), longer("longer");
  BOOST_TEST(run(whole, whole.train({"--epochs", "12"})).code == 0);

  Program program(stopped, stopped.train({"--epochs", "12"}));
  while (stopped.reports() < 14) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGTERM);
  const Outcome end = program.wait();
  BOOST_TEST(end.code == 0);
  BOOST_TEST(contains(end.err, "stopped after step"));
  BOOST_TEST(contains(end.err, "train --resume --out " + stopped.out.string()));
  BOOST_TEST(end.out == "");
  BOOST_TEST(weights(stopped.checkpoint()) != weights(whole.checkpoint()));
  std::ofstream(stopped.out / "metrics.jsonl", std::ios::app) << "{\"cut\":";
  BOOST_TEST(run(stopped, stopped.resume({"--threads", "1"})).code == 0);
  BOOST_TEST((weights(stopped.checkpoint()) == weights(whole.checkpoint())));
  BOOST_TEST(stopped.reports() == whole.reports());

  BOOST_TEST(run(longer, longer.train({"--epochs", "7", "--threads", "1"})).code == 0);
  BOOST_TEST(run(longer, longer.resume({"--epochs", "12"})).code == 0);
  BOOST_TEST((weights(longer.checkpoint()) == weights(whole.checkpoint())));
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_at_once) {
  const Workshop shop("signals");
  Program program(shop, shop.train({"--epochs", "100000"}));
  while (shop.reports() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGSTOP);  // else it may have ended between the two
  program.send(SIGINT);
  program.send(SIGTERM);
  program.send(SIGCONT);
  const Outcome end = program.wait();
  BOOST_TEST((end.signal == SIGINT || end.signal == SIGTERM));
  BOOST_TEST(run(shop, {"evaluate", "--checkpoint", shop.out.string()}).code == 0);
}

BOOST_AUTO_TEST_CASE(time_can_be_limited) {
  const Workshop shop("time");
  const Outcome end = run(shop, shop.train({"--epochs", "0", "--max-minutes", "0.005"}));
  BOOST_TEST(end.code == 0);
  BOOST_TEST(contains(end.out, "held-out loss"));
  BOOST_TEST(run(shop, shop.resume({"--max-minutes", "0.005"})).code == 0);
}

BOOST_AUTO_TEST_CASE(an_earlier_run_is_put_aside) {
  const Workshop shop("aside");
  run(shop, shop.train({"--epochs", "1"}));
  const std::string before = weights(shop.checkpoint());
  BOOST_TEST(run(shop, shop.train({"--epochs", "1", "--seed", "2"})).code == 0);
  BOOST_TEST((weights(shop.out / "checkpoint.previous.safetensors") == before));
  BOOST_TEST((weights(shop.checkpoint()) != before));
  BOOST_TEST(fs::exists(shop.out / "metrics.previous.jsonl"));
}

BOOST_AUTO_TEST_CASE(the_best_can_be_kept) {
  const Workshop shop("best");
  BOOST_TEST(run(shop, shop.train({"--keep-best"})).code == 0);
  BOOST_TEST(
      run(shop, {"evaluate", "--checkpoint", (shop.out / "best.safetensors").string()}).code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
