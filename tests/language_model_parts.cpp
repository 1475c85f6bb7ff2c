// The language model's smaller parts: sampler, metrics, files, picture, progress.
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "engram/examples/language_model/files.hpp"
#include "engram/examples/language_model/metrics.hpp"
#include "engram/examples/language_model/picture.hpp"
#include "engram/examples/language_model/progress.hpp"
#include "engram/examples/language_model/sampler.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {
namespace {

// How often each token was drawn.
std::vector<int> draws(const SamplerOptions& options, const std::vector<float>& logits, int count,
                       std::optional<std::int32_t> without = {}) {
  Sampler sampler(options, Random(7));
  if (without) sampler.exclude(*without);
  std::vector<int> seen(logits.size());
  for (int k = 0; k < count; ++k) ++seen[static_cast<std::size_t>(sampler.choose(logits))];
  return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_parts)

BOOST_AUTO_TEST_CASE(sampler_follows_the_probabilities) {
  const std::vector<float> logits{std::log(0.5f), std::log(0.125f), std::log(0.375f)};
  const int n = 20000;
  auto seen = draws({}, logits, n);
  BOOST_TEST(seen[0] / double{n} == 0.5, boost::test_tools::tolerance(0.03));
  BOOST_TEST(seen[1] / double{n} == 0.125, boost::test_tools::tolerance(0.06));
  seen = draws({.temperature = 0.5}, logits, n);  // probabilities squared: 16 : 1 : 9
  BOOST_TEST(seen[0] / double{n} == 16 / 26.0, boost::test_tools::tolerance(0.03));
  BOOST_TEST(draws({}, logits, 100) == draws({}, logits, 100), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(sampler_keeps_to_its_limits) {
  const std::vector<float> logits{1, 3, 2, 3};
  const auto never = [&](const SamplerOptions& options, std::vector<int> tokens,
                         std::optional<std::int32_t> without = {}) {
    const auto seen = draws(options, logits, 2000, without);
    for (std::size_t k = 0; k < seen.size(); ++k) {
      const bool is_out = std::ranges::find(tokens, static_cast<int>(k)) != tokens.end();
      BOOST_TEST((seen[k] == 0) == is_out);
    }
  };
  never({.greedy = true}, {0, 2, 3});  // of equals the first
  never({.top_k = 3}, {0});
  never({.top_k = 1}, {0, 2, 3});
  never({.top_k = 9}, {});
  never({.top_p = 0.5}, {0, 2});  // 1 and 3 have 0.40 each
  never({.top_p = 0.39}, {0, 2, 3});
  never({.top_p = 1e-9}, {0, 2, 3});
  never({.temperature = 1e-3}, {0, 2});
  never({}, {1}, 1);
  never({.greedy = true}, {0, 1, 2}, 1);
  const std::vector<float> spoilt{1, std::numeric_limits<float>::quiet_NaN()};
  BOOST_CHECK_THROW(draws({}, spoilt, 1), Error);
}

BOOST_AUTO_TEST_CASE(metrics_go_on_after_the_last_checkpoint) {
  const Folder folder("metrics");
  const auto path = folder / "metrics.jsonl";
  Metrics metrics(path);
  metrics.start();
  metrics.add({1, 10, "train", std::log(8.0), 1234.4});
  metrics.add({1, 20, "valid", 1.5, 99});
  BOOST_TEST(bytes_of(path).starts_with(R"({"epoch":1,"step":10,"split":"train","loss":2.07)"));
  BOOST_TEST(contains(bytes_of(path), R"("tokens_per_second":1234.0})"));
  const std::string two = bytes_of(path);
  metrics.add({2, 30, "train", 1.25, 99});
  std::ofstream(path, std::ios::app) << R"({"epoch":2,"st)";  // cut off

  Metrics again(path);
  again.load(2);
  again.start();
  BOOST_TEST(bytes_of(path) == two);
  BOOST_TEST(again.reports().size() == 2);
  BOOST_TEST(again.reports()[1].split == "valid");
  std::ofstream(path, std::ios::app) << "broken\n";
  again.load(5);
  BOOST_TEST(again.reports().size() == 2);
  again.start();
  BOOST_TEST(bytes_of(path) == two);
  again.load(0);
  again.start();
  BOOST_TEST(bytes_of(path).empty());
}

BOOST_AUTO_TEST_CASE(metrics_that_cannot_be_read_are_not_empty_ones) {
  const Folder folder("metrics-unreadable");
  const auto path = folder / "metrics.jsonl";
  Metrics metrics(path);
  BOOST_CHECK_NO_THROW(metrics.load(3));  // there is none
  BOOST_TEST(metrics.reports().empty());
  std::filesystem::create_directory(path);
  BOOST_TEST(contains(message_of<Error>([&] { metrics.load(3); }), "Is a directory"));
  std::filesystem::remove(path);
  std::filesystem::create_symlink("metrics.jsonl", path);
  BOOST_TEST(contains(message_of<Error>([&] { metrics.load(3); }), "cannot read " + path.string()));
}

BOOST_AUTO_TEST_CASE(metrics_that_cannot_be_written_are_written_later) {
  const Folder folder("metrics-later");
  const auto path = folder / "metrics.jsonl";
  Metrics metrics(path);
  metrics.start();
  BOOST_TEST(!metrics.add({1, 10, "train", 1.5, 99}));
  const auto aside = folder / "aside";
  std::filesystem::rename(path, aside);
  std::filesystem::create_directory(path);
  for (const std::int64_t step : {20, 30}) {
    const auto problem = metrics.add({1, step, "train", 1.25, 99});
    BOOST_REQUIRE(problem);
    BOOST_TEST(contains(*problem, "cannot write " + path.string()));
  }
  BOOST_TEST(metrics.reports().size() == 3);
  BOOST_TEST(contains(message_of<Error>([&] { metrics.finish(); }),
                      "the model is saved, but the last 2 reports are missing"));
  std::filesystem::remove(path);
  std::filesystem::rename(aside, path);
  BOOST_CHECK_NO_THROW(metrics.finish());
  Metrics again(path);
  again.load(9);
  BOOST_TEST(again.reports().size() == 3);
}

BOOST_AUTO_TEST_CASE(a_perplexity_beyond_all_numbers_is_json) {
  const Folder folder("metrics-huge");
  const auto path = folder / "metrics.jsonl";
  Metrics metrics(path);
  metrics.start();
  metrics.add({1, 10, "valid", 710.5, 99});
  BOOST_TEST(contains(bytes_of(path), R"("loss":710.5,"perplexity":null,)"));
  Metrics again(path);
  again.load(1);
  BOOST_TEST(again.reports().at(0).loss == 710.5);
}

BOOST_AUTO_TEST_CASE(lines_are_added_whole_or_not_at_all) {
  BOOST_CHECK_THROW(append_lines("/dev/full", "line\n"), Error);
  BOOST_CHECK_THROW(append_lines("/no/such/folder/file", "line\n"), Error);
  const Folder folder("append");
  write(folder / "a", "one\n");
  append_lines(folder / "a", "two\n");
  BOOST_TEST(bytes_of(folder / "a") == "one\ntwo\n");
  BOOST_CHECK_THROW(make_folder(folder / "a"), Error);
  BOOST_CHECK_THROW(make_folder(folder / "a" / "b"), Error);
  BOOST_CHECK_NO_THROW(make_folder(folder / "c" / "d"));
}

BOOST_AUTO_TEST_CASE(losses_are_drawn) {
  const Folder folder("picture it's");
  const std::vector<Report> reports{
      {1, 5, "train", 2.5, 0}, {1, 9, "train", 2, 0}, {1, 9, "valid", 2.25, 0}};
  const auto path = folder / "loss.svg";
  const std::string before = std::getenv("PATH");
  setenv("PATH", folder.path.c_str(), 1);
  BOOST_TEST(draw_losses(path, reports, "word").value_or("") == "gnuplot is not installed");
  const auto fake = write(folder / "gnuplot", "#!/bin/sh\nexit 3\n");
  std::filesystem::permissions(fake, std::filesystem::perms::owner_all);
  BOOST_TEST(draw_losses(path, reports, "word").value_or("") == "gnuplot failed (exit status 3)");
  std::filesystem::remove(fake);
  setenv("PATH", before.c_str(), 1);
  BOOST_TEST(std::filesystem::is_empty(folder.path));
  BOOST_TEST(draw_losses(path, {}, "word").has_value());
  if (std::system("gnuplot --version > /dev/null 2>&1") != 0) return;
  BOOST_TEST(draw_losses(path, reports, "word").value_or("") == "");
  BOOST_TEST(contains(bytes_of(path), "held out"));
  BOOST_TEST(contains(bytes_of(path), "nats a word"));
  BOOST_TEST(bytes_of(path).ends_with("</svg>\n\n"));
}

BOOST_AUTO_TEST_CASE(progress_fits_its_line) {
  const Progress progress(Level::character, false);
  const Status status{.epoch = 3,
                      .epochs = 12,
                      .step = 900,
                      .done = 0.25,
                      .loss = std::log(4.0),
                      .gradient_norm = 0.5,
                      .tokens_per_second = 61234,
                      .seconds_left = 75};
  const std::string line = progress.bar(status, 120);
  BOOST_TEST_MESSAGE(line);
  for (const char* part : {"epoch 3/12 [", "] ", " 25%", "loss 1.386", "bits/char 2.000",
                           "|g| 0.50", "61.2k chars/s", "1:15 left"}) {
    BOOST_TEST(contains(line, part));
  }
  for (int columns = 0; columns < 150; ++columns) {
    BOOST_TEST(progress.bar(status, columns).size() <= static_cast<std::size_t>(columns));
  }
  BOOST_TEST(measure(Level::word, std::log(100.0)) == "perplexity 100.00");
  BOOST_TEST(clock(3725) == "1:02:05");
  BOOST_TEST(short_number(999) == "999");
  BOOST_TEST(short_number(1.5e6) == "1.5M");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
