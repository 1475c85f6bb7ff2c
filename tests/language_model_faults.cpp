// The program language_model where things go wrong around it: a second run, links, files that
// cannot be read or written.
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "engram/tests/language_model_program.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

std::string model_of(const fs::path& path) {
  const files::Tensors file = files::load(path);
  const auto& w = file.get<float>("model.embedding.w");
  return {reinterpret_cast<const char*>(w.data()),
          static_cast<std::size_t>(w.size()) * sizeof(float)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_faults)

BOOST_AUTO_TEST_CASE(two_runs_do_not_share_a_folder) {
  const Workshop shop("two");
  const Folder other("two-other");  // for what the second one says
  Program first(shop, shop.train(kEndless));
  BOOST_REQUIRE(wait_until([&] { return shop.reports() > 0; }));
  const std::string holder = text("process ", first.id(), " on ");
  for (const Arguments& second : {shop.train(), shop.resume()}) {
    const Outcome refused = run(other, second);
    check_failure(refused, Exit::failure, "another run is at work in " + shop.out.string());
    BOOST_TEST(contains(refused.err, holder));
  }
  BOOST_TEST(!fs::exists(shop.out / "checkpoint.previous.safetensors"));
  first.send(SIGTERM);
  check_stopped_and_saved(first);
  BOOST_TEST(!fs::exists(shop.out / "run.lock"));
  BOOST_TEST(run(other, shop.train()).code == 0);
}

BOOST_AUTO_TEST_CASE(a_linked_checkpoint_is_put_aside_too) {
  const Workshop shop("linked");
  run(shop, shop.train({"--epochs", "1"}));
  const fs::path model = shop / "model.safetensors";
  fs::rename(shop.checkpoint(), model);
  fs::create_symlink(model, shop.checkpoint());
  const std::string before = model_of(model);
  BOOST_TEST(run(shop, shop.train({"--epochs", "1", "--seed", "2"})).code == 0);
  BOOST_TEST((model_of(shop.out / "checkpoint.previous.safetensors") == before));
  BOOST_TEST(!fs::is_symlink(shop.out / "checkpoint.previous.safetensors"));
  BOOST_TEST((model_of(shop.checkpoint()) != before));
  BOOST_TEST(fs::is_symlink(shop.checkpoint()));
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_nowhere_yet_is_followed) {
  const Workshop shop("dangling");
  fs::create_directory(shop.out);
  const fs::path model = shop / std::string(255, 'm');
  fs::create_symlink(model, shop.checkpoint());
  BOOST_TEST(run(shop, shop.train({"--epochs", "1"})).code == 0);
  BOOST_TEST(fs::is_symlink(shop.checkpoint()));
  BOOST_TEST(fs::is_regular_file(model));
  fs::remove(shop.checkpoint());
  fs::create_symlink("nowhere/model", shop.checkpoint());
  check_failure(run(shop, shop.train()), Exit::failure,
                "cannot write " + (shop.out / "nowhere/model").string());
}

BOOST_AUTO_TEST_CASE(the_best_model_is_put_aside_with_its_run) {
  const Workshop shop("best-aside");
  run(shop, shop.train({"--keep-best"}));
  const std::string best = bytes_of(shop.out / "best.safetensors");
  BOOST_TEST(!best.empty());
  BOOST_TEST(run(shop, shop.train()).code == 0);
  BOOST_TEST((bytes_of(shop.out / "best.previous.safetensors") == best));
  BOOST_TEST(!fs::exists(shop.out / "best.safetensors"));
}

BOOST_AUTO_TEST_CASE(metrics_that_cannot_be_read_stop_a_resume_before_it_begins) {
  const Workshop shop("unreadable-metrics");
  run(shop, shop.train());
  const std::string checkpoint = bytes_of(shop.checkpoint());
  const fs::path metrics = shop.out / "metrics.jsonl", aside = shop / "aside";
  fs::rename(metrics, aside);
  fs::create_directory(metrics);
  check_failure(run(shop, shop.resume({"--epochs", "3"})), Exit::failure,
                "cannot read " + metrics.string() + ": Is a directory");
  BOOST_TEST((bytes_of(shop.checkpoint()) == checkpoint));
  fs::remove(metrics);

  // Some of its lines are gone: what is there is kept, and it is said.
  const std::string all = bytes_of(aside), some = all.substr(0, all.find('\n') + 1) + "{broken\n";
  write(metrics, some);
  const Outcome end = run(shop, shop.resume({"--epochs", "3"}));
  BOOST_TEST(end.code == 0);
  BOOST_TEST(contains(end.err, "has only 1 of the "));
  BOOST_TEST(bytes_of(shop.out / "metrics.previous.jsonl") == some);
  BOOST_TEST(bytes_of(metrics).starts_with(all.substr(0, all.find('\n') + 1)));
}

BOOST_AUTO_TEST_CASE(metrics_that_cannot_be_written_do_not_end_a_run) {
  const Workshop shop("unwritable-metrics");
  const fs::path metrics = shop.out / "metrics.jsonl", aside = shop / "aside";
  Program program(shop, shop.train({"--epochs", "40"}));
  BOOST_REQUIRE(wait_until([&] { return shop.reports() > 1; }));
  program.send(SIGSTOP);
  fs::rename(metrics, aside);
  fs::create_directory(metrics);
  program.send(SIGCONT);
  BOOST_REQUIRE(wait_until([&] { return contains(program.said(), "warning: cannot write"); }));
  program.send(SIGSTOP);
  fs::remove(metrics);
  fs::rename(aside, metrics);
  program.send(SIGCONT);
  BOOST_TEST(program.wait().code == 0);
  const auto position = position_of(shop.checkpoint());
  BOOST_TEST(contains(position, text("\"reports\":", shop.reports())));

  Program full(shop, shop.resume({"--epochs", "80"}));
  BOOST_REQUIRE(wait_until([&] { return contains(full.said(), "epoch 41"); }));
  full.send(SIGSTOP);
  fs::rename(metrics, aside);
  fs::create_directory(metrics);
  full.send(SIGCONT);
  check_failure(full.wait(), Exit::failure, "the model is saved, but the last");
  BOOST_TEST(contains(position_of(shop.checkpoint()), "\"epoch\":80"));
}

BOOST_AUTO_TEST_CASE(what_a_killed_run_left_is_removed_and_said) {
  const Workshop shop("leftovers");
  Program program(shop, shop.train({"--epochs", "100000", "--save-minutes", "1e-9"}));
  const auto leftover = [&] {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(shop.out)) {
      count += entry.path().extension() == ".tmp";
    }
    return count > 0;
  };
  BOOST_REQUIRE(wait_until([&] { return shop.reports() > 0 && leftover(); }));
  program.send(SIGSTOP);
  const bool caught = leftover();
  program.send(SIGKILL);
  program.wait();
  if (!caught) {
    BOOST_TEST_MESSAGE("skipped: the save was over before it could be killed");
    return;
  }
  const Outcome end = run(shop, shop.resume({"--epochs", "1"}));
  BOOST_TEST(end.code == 0);
  BOOST_TEST(contains(end.err, "removed " + shop.out.string()));
  BOOST_TEST(!leftover());
}

BOOST_AUTO_TEST_CASE(damaged_settings_blame_no_flags) {
  const Workshop shop("damaged");
  run(shop, shop.train({"--epochs", "1"}));
  files::Tensors file = files::load(shop.checkpoint());
  std::string& settings = file.metadata.at("settings");
  const std::string from = "\"tied\":false";
  settings.replace(settings.find(from), from.size(), "\"tied\":true");
  const std::string zero = "\"embedding\":0";
  settings.replace(settings.find(zero), zero.size(), "\"embedding\":5");
  files::save(shop.checkpoint(), file);
  for (const Arguments& arguments :
       {shop.resume(), Arguments{"evaluate", "--checkpoint", shop.out.string()}}) {
    const Outcome end = run(shop, arguments);
    check_failure(end, Exit::bad_data,
                  shop.checkpoint().string() + " cannot be used: its settings");
    BOOST_TEST(contains(end.err, "are damaged; as flags they would be refused"));
  }
}

BOOST_AUTO_TEST_CASE(paths_that_are_not_utf8_are_refused_by_name) {
  const Workshop shop("not-utf8");
  const std::string strange = (shop / "r\xFFn").string();
  check_failure(run(shop, shop.train({"--out", strange})), Exit::usage, "r\\xFFn' is not UTF-8");
  check_failure(run(shop, shop.train({"--text", strange})), Exit::usage, "--text");
  BOOST_TEST(!fs::exists(strange));
  BOOST_TEST(!fs::exists(shop.out));
  // Where no path is kept, any will do.
  run(shop, shop.train({"--epochs", "1"}));
  fs::rename(shop.out, strange);
  BOOST_TEST(run(shop, {"generate", "--checkpoint", strange, "--length", "5"}).code == 0);
}

BOOST_AUTO_TEST_CASE(what_is_not_read_and_what_changes_is_said) {
  const Workshop shop("said");
  const fs::path folder = shop / "texts";
  write(folder / "a.txt", some_text(90));
  write(folder / "B.TXT", "upper case");
  write(folder / "build/c.txt", "built");
  fs::create_directory_symlink(shop.path, folder / "link");
  const Outcome begun = run(shop, shop.train({"--text", folder.string(), "--schedule", "cosine"}));
  BOOST_TEST(begun.code == 0);
  BOOST_TEST(contains(begun.err, "not read: files with other endings: B.TXT"));
  BOOST_TEST(contains(begun.err, "not read: hidden and build folders: build"));
  BOOST_TEST(contains(begun.err, "not read: linked folders: link"));
  const Outcome went_on = run(shop, shop.resume({"--epochs", "3"}));
  BOOST_TEST(contains(went_on.err, "--epochs 3 in place of 2 changes the course of the run"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
