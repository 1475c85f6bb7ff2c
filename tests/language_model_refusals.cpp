// What the program language_model refuses: a clear message, the right exit code, no half files.
#include <boost/test/unit_test.hpp>

#include "engram/tests/language_model_program.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_refusals)

BOOST_AUTO_TEST_CASE(bad_texts_are_refused) {
  const Workshop shop("bad-texts");
  const auto refused = [&](const fs::path& text, const std::string& message) {
    check_failure(run(shop, shop.train({"--text", text.string()})), Exit::bad_data, message);
    BOOST_TEST(!fs::exists(shop.out));
  };
  refused(shop / "none.txt", "there is no text at");
  refused(write(shop / "empty.txt", ""), "is empty");
  refused("/proc/self/mem", "Input/output error");
  refused(write(shop / "binary.txt", "abc\xFF\xFE"), "byte 3 (0xFF, line 1) is not UTF-8");
  refused(write(shop / "short.txt", some_text(1)), "the training text is too short: it has");
}

BOOST_AUTO_TEST_CASE(bad_usage_is_refused) {
  const Workshop shop("bad-usage");
  check_failure(run(shop, {}), Exit::usage, "subcommand");
  check_failure(run(shop, shop.train({"--hidden", "-3"})), Exit::usage, "'-3' is not between 1");
  check_failure(run(shop, shop.train({"--tied", "--embedding", "5"})), Exit::usage, "--tied");
  check_failure(run(shop, shop.train({"--fancy"})), Exit::usage, "not known: --fancy");
  check_failure(run(shop, shop.train({"--schedule", "plateau", "--train-fraction", "1"})),
                Exit::usage, "no text is held out");
  BOOST_TEST(!fs::exists(shop.out));
  const Outcome help = run(shop, {"train", "--help"});
  BOOST_TEST(help.code == 0);
  BOOST_TEST(help.err == "");
  BOOST_TEST(contains(help.out, "--learning-rate"));
}

BOOST_AUTO_TEST_CASE(bad_prompts_and_checkpoints_are_refused) {
  const Workshop shop("bad-checkpoint");
  const auto generate = [&](const Arguments& more = {}) {
    Arguments all{"generate", "--checkpoint", shop.out.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run(shop, all);
  };
  check_failure(generate(), Exit::bad_data, "there is no checkpoint");
  check_failure(run(shop, shop.resume()), Exit::bad_data, "there is no checkpoint");
  run(shop, shop.train());
  check_failure(generate({"--prompt", "the Ж"}), Exit::bad_data, "'Ж' (U+0416) at byte 4");
  check_failure(generate({"--prompt", "\xC3"}), Exit::bad_data, "is not UTF-8");
  check_failure(run(shop, shop.resume({"--hidden", "99"})), Exit::usage, "--hidden 16, not 99");

  const std::string good = bytes_of(shop.checkpoint());
  write(shop.text, some_text(91));
  check_failure(run(shop, shop.resume({"--epochs", "3"})), Exit::bad_data, "has changed");
  write(shop.text, some_text(90));

  for (const std::string& damaged :
       {good.substr(0, good.size() - 1), good.substr(0, 100), std::string(), "x" + good}) {
    write(shop.checkpoint(), damaged);
    check_failure(generate(), Exit::bad_data, "cannot be used");
    check_failure(run(shop, shop.resume({"--epochs", "3"})), Exit::bad_data, "cannot be used");
    BOOST_TEST((bytes_of(shop.checkpoint()) == damaged));
  }
}

BOOST_AUTO_TEST_CASE(folders_that_cannot_be_written_are_reported) {
  const Workshop shop("unwritable");
  check_failure(run(shop, shop.train({"--out", (shop.text / "run").string()})), Exit::failure,
                "cannot make the folder");
  check_failure(run(shop, shop.train({"--out", "/proc/engram"})), Exit::failure,
                "cannot make the folder");
  if (geteuid() != 0) {  // root may write everywhere
    fs::create_directory(shop.out);
    fs::permissions(shop.out, fs::perms::owner_read | fs::perms::owner_exec);
    check_failure(run(shop, shop.train()), Exit::failure, "Permission denied");
    fs::permissions(shop.out, fs::perms::owner_all);
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_last_checkpoint) {
  const Workshop shop("full");
  const rlim_t room = 8192;  // bytes a file: too few for a checkpoint
  check_failure(Program(shop, shop.train(), largest_file(room)).wait(), Exit::failure,
                "File too large");
  BOOST_TEST(!fs::exists(shop.checkpoint()));
  BOOST_TEST(run(shop, shop.train()).code == 0);
  const std::string before = bytes_of(shop.checkpoint()),
                    metrics = bytes_of(shop.out / "metrics.jsonl");
  check_failure(Program(shop, shop.resume({"--epochs", "3"}), largest_file(room)).wait(),
                Exit::failure, "File too large");
  check_failure(Program(shop, shop.train(), largest_file(room)).wait(), Exit::failure,
                "File too large");
  BOOST_TEST((bytes_of(shop.checkpoint()) == before));
  for (const auto& entry : fs::directory_iterator(shop.out)) {  // nothing half-written
    const std::string name = entry.path().filename();
    BOOST_TEST(
        (name.starts_with("checkpoint") || name.starts_with("metrics") || name == "loss.svg"),
        name);
  }
  BOOST_TEST(run(shop, shop.resume({"--epochs", "3"})).code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
