// The language model's settings: from the command line, from files, and what follows from them.
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "engram/examples/language_model/command_line.hpp"
#include "engram/examples/language_model/learning_rate.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {
namespace {

Train train_of(const std::vector<std::string>& arguments) {
  return std::get<Train>(parse_command_line(arguments));
}
std::string usage_error(const std::vector<std::string>& arguments) {
  return message_of<BadUsage>([&] { parse_command_line(arguments); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_settings)

BOOST_AUTO_TEST_CASE(settings_survive_their_file) {
  Settings s = Settings::for_level(Level::word);
  s.seed = ~std::uint64_t{0};
  s.learning_rate = 0.1 + 0.2;
  s.out = "a \"b\" ö";
  BOOST_TEST(Settings::from_json(s.json()).json() == s.json());
  BOOST_CHECK_THROW(Settings::from_json("{}"), BadData);
  BOOST_CHECK_THROW(Settings::from_json("not json"), BadData);
}

BOOST_AUTO_TEST_CASE(settings_that_no_flag_could_give_are_damage) {
  const std::string good = Settings().json();
  const auto damaged = [&](const std::string& from, const std::string& to) {
    std::string json = good;
    const std::size_t at = json.find(from);
    BOOST_REQUIRE(at != std::string::npos);
    return message_of<BadData>([&] { Settings::from_json(json.replace(at, from.size(), to)); });
  };
  BOOST_TEST(contains(damaged("\"hidden\":128", "\"hidden\":-1"),
                      "its setting 'hidden' cannot be: '-1' is not between 1 and 65536"));
  BOOST_TEST(contains(damaged("\"hidden\":128", "\"hidden\":1.5"), "1.5 is not a whole number"));
  BOOST_TEST(contains(damaged("\"hidden\":128", "\"hidden\":1e300"), "'1e+300' is not between"));
  BOOST_TEST(
      contains(damaged("\"level\":\"char\"", "\"level\":\"x\""), "'x' is none of char, word"));
  BOOST_TEST(contains(damaged("\"dropout\":0.0", "\"dropout\":2.0"), "'2.0' is not between"));
  BOOST_TEST(contains(damaged("\"dropout\":0.0", "\"dropout\":null"), "cannot be read"));
  BOOST_TEST(contains(damaged("\"tied\":false", "\"tied\":7"), "cannot be read"));
}

BOOST_AUTO_TEST_CASE(settings_of_early_checkpoints_are_read) {
  std::string json = Settings().json();
  const auto from = json.find(R"("softmax")"), to = json.find(R"("batch")");
  BOOST_REQUIRE((from < to && to != std::string::npos));
  json.erase(from, to - from);
  BOOST_TEST(!contains(json, "cutoffs"));
  BOOST_TEST(Settings::from_json(json).json() == Settings().json());
}

BOOST_AUTO_TEST_CASE(cutoffs_are_rising_numbers) {
  const auto cutoffs = [](const std::string& text) {
    Settings s;
    s.softmax = "adaptive";
    s.cutoffs = text;
    return s.cutoff_list();
  };
  BOOST_TEST(cutoffs("2000,10000") == (std::vector<std::int64_t>{2000, 10000}));
  BOOST_TEST(cutoffs("7") == (std::vector<std::int64_t>{7}));
  for (const char* bad : {"", "0", "-3", "5,5", "7,6", "5,", ",5", "5 6", "5;6", "x", "1e3"}) {
    BOOST_TEST(contains(message_of<BadUsage>([&] { cutoffs(bad); }), "are not rising numbers"));
  }
  BOOST_TEST(Settings().cutoff_list().empty());
}

BOOST_AUTO_TEST_CASE(every_setting_has_a_flag) {
  const Settings defaults;
  Settings::each(defaults, [](const std::string& name, const auto& value) {
    if (name == "text") return;  // an empty one cannot be asked for
    std::ostringstream word;
    word << std::boolalpha << value;
    const Train train = train_of({"train", "--" + name + "=" + word.str()});
    BOOST_TEST(train.settings.json() == Settings().json());
    BOOST_TEST((train.given == std::vector<std::string>{name}));
  });
}

BOOST_AUTO_TEST_CASE(levels_have_their_own_defaults) {
  BOOST_TEST(train_of({"train"}).settings.hidden == 128);
  const Settings words = train_of({"train", "--level", "word", "--batch", "3"}).settings;
  BOOST_TEST(words.hidden == 200);
  BOOST_TEST(words.tied);
  BOOST_TEST(words.batch == 3);
  BOOST_TEST(!train_of({"train", "--level", "word", "--tied=false"}).settings.tied);
}

BOOST_AUTO_TEST_CASE(nonsense_on_the_command_line_is_refused) {
  BOOST_TEST(contains(usage_error({}), "A subcommand is required"));
  BOOST_TEST(contains(usage_error({"dance"}), "dance"));
  BOOST_TEST(contains(usage_error({"train", "--hiden", "3"}), "not known: --hiden 3"));
  BOOST_TEST(contains(usage_error({"train", "--hidden", "many"}), "'many' is not a number"));
  BOOST_TEST(contains(usage_error({"train", "--hidden", "2.5"}), "--hidden"));
  BOOST_TEST(contains(usage_error({"train", "--hidden", "0"}), "'0' is not between 1 and"));
  BOOST_TEST(contains(usage_error({"train", "--hidden"}), "--hidden: 1 required"));
  BOOST_TEST(contains(usage_error({"train", "--batch", "-5"}), "'-5' is not between"));
  BOOST_TEST(contains(usage_error({"train", "--dropout", "1"}), "not between 0 and 0.99"));
  BOOST_TEST(contains(usage_error({"train", "--dropout", "nan"}), "'nan' is not between"));
  BOOST_TEST(contains(usage_error({"train", "--learning-rate", "nan"}), "'nan' is not over 0"));
  BOOST_TEST(contains(usage_error({"train", "--learning-rate", "-1"}), "not over 0"));
  BOOST_TEST(contains(usage_error({"train", "--train-fraction", "1.5"}), "--train-fraction"));
  BOOST_TEST(contains(usage_error({"train", "--seed", "-1"}), "--seed"));
  BOOST_TEST(contains(usage_error({"train", "--seed", "18446744073709551616"}), "is too large"));
  BOOST_TEST(contains(usage_error({"train", "--hidden", "16", "--hidden", "1.5"}),
                      "--hidden: '1.5' is not a whole number"));
  BOOST_TEST(contains(usage_error({"train", "--out", ""}), "--out is empty"));
  BOOST_TEST(contains(usage_error({"train", "--out", "a\xFF/b"}), "--out 'a\\xFF/b' is not UTF-8"));
  BOOST_TEST(contains(usage_error({"train", "--resume", "--text", "\xC3"}), "--text '\\xC3'"));
  BOOST_TEST(contains(usage_error({"train", "--level", "syllable"}), "none of char, word"));
  BOOST_TEST(contains(usage_error({"train", "--optimizer", "magic"}), "none of adam, adamw, sgd"));
  BOOST_TEST(contains(usage_error({"train", "--tied", "--embedding", "7"}), "--tied"));
  BOOST_TEST(contains(usage_error({"train", "--shards", "60"}), "--shards 60 cannot share"));
  BOOST_TEST(contains(usage_error({"train", "--schedule", "cosine"}), "needs --epochs"));
  BOOST_TEST(contains(usage_error({"train", "--vocabulary", "9"}), "--level word"));
  BOOST_TEST(contains(usage_error({"train", "--momentum", "0.9"}), "--optimizer sgd"));
  BOOST_TEST(contains(usage_error({"train", "--softmax", "half"}), "none of full, adaptive"));
  const std::vector<std::string> adaptive{"train", "--softmax", "adaptive"};
  BOOST_TEST(contains(usage_error(adaptive), "it needs --level word"));
  const auto words = [&](std::vector<std::string> more) {
    more.insert(more.begin(), adaptive.begin(), adaptive.end());
    more.insert(more.end(), {"--level", "word"});
    return usage_error(more);
  };
  BOOST_TEST(contains(words({}), "it needs --tied=false"));
  BOOST_TEST(
      contains(words({"--tied=false", "--cutoffs", "9,8"}), "--cutoffs '9,8' are not rising"));
  BOOST_TEST(words({"--tied=false", "--cutoffs", "8,9"}) == "");
  BOOST_TEST(contains(usage_error({"generate", "--temperature", "0"}), "not over 0"));
  BOOST_TEST(contains(usage_error({"generate", "--top-p", "0"}), "not over 0"));
  BOOST_TEST(contains(usage_error({"generate", "--length", "0"}), "not between 1"));
  BOOST_TEST(contains(usage_error({"evaluate", "--split", "half"}), "none of train, valid"));
}

BOOST_AUTO_TEST_CASE(whole_numbers_may_be_written_in_any_way) {
  const auto length = [](const char* word) {
    return std::get<Generate>(parse_command_line({"generate", "--length", word})).length;
  };
  BOOST_TEST(length("1e9") == 1'000'000'000);
  BOOST_TEST(length("2.5e3") == 2500);
  BOOST_TEST(length("010") == 10);
  BOOST_TEST(length("+7") == 7);
  const auto seed = [](const char* word) {
    return train_of({"train", "--seed", word}).settings.seed;
  };
  BOOST_TEST(seed("18446744073709551615") == ~std::uint64_t{0});
  BOOST_TEST(seed("9007199254740993") == (std::uint64_t{1} << 53) + 1);
}

BOOST_AUTO_TEST_CASE(help_tells_about_every_command) {
  const auto help = [](const std::vector<std::string>& arguments) {
    return std::get<Print>(parse_command_line(arguments)).text;
  };
  for (const char* command : {"train", "evaluate", "generate"}) {
    BOOST_TEST(contains(help({"--help"}), command));
    BOOST_TEST(contains(help({command, "--help"}), text("Usage: language_model ", command)));
  }
  for (const char* flag :
       {"--text", "--level", "--layers", "--hidden", "--embedding", "--batch", "--steps",
        "--epochs", "--optimizer", "--learning-rate", "--clip", "--dropout", "--tied",
        "--train-fraction", "--seed", "--threads", "--shards", "--out", "--resume"}) {
    BOOST_TEST(contains(help({"train", "--help"}), flag));
  }
}

BOOST_AUTO_TEST_CASE(resumed_runs_keep_their_settings) {
  Settings saved;
  saved.hidden = 32;
  saved.epochs = 3;
  Settings asked;
  asked.epochs = 9;
  asked.threads = 2;
  asked.hidden = 32;
  const Settings merged = saved.resumed(asked, {"epochs", "threads", "hidden", "resume"});
  BOOST_TEST(merged.epochs == 9);
  BOOST_TEST(merged.threads == 2);
  BOOST_TEST(merged.hidden == 32);
  asked.hidden = 64;
  const std::string message =
      message_of<BadUsage>([&] { static_cast<void>(saved.resumed(asked, {"hidden"})); });
  BOOST_TEST(contains(message, "the run to resume has --hidden 32, not 64"));
}

BOOST_AUTO_TEST_CASE(what_changes_the_course_of_a_resumed_run_is_said) {
  Settings before, after;
  before.epochs = 3;
  after.epochs = 6;
  BOOST_TEST(after.schedule_change(before) == "");
  after.schedule = "cosine";
  BOOST_TEST(contains(after.schedule_change(before), "--epochs 6 in place of 3"));
  after.schedule = "plateau";
  BOOST_TEST(after.schedule_change(before) == "");
  after.eval_batch = 7;
  BOOST_TEST(contains(after.schedule_change(before), "--eval-batch 7 in place of 10"));
}

BOOST_AUTO_TEST_CASE(learning_rates_follow_their_schedule) {
  Settings s;
  s.learning_rate = 8;
  s.decay = 0.5;
  s.decay_every = 2;
  s.epochs = 4;
  BOOST_TEST(LearningRate(s)(3, 0.5) == 8);
  s.schedule = "step";
  BOOST_TEST(LearningRate(s)(3, 0.5) == 4);
  s.schedule = "exponential";
  BOOST_TEST(LearningRate(s)(3, 0.5) == 1);
  s.schedule = "cosine";
  BOOST_TEST(LearningRate(s)(2, 0) == 4);
  s.schedule = "plateau";
  LearningRate rate(s);
  rate.epoch_ended(2.0);
  rate.epoch_ended(1.0);
  BOOST_TEST(rate(2, 0) == 8);
  rate.epoch_ended(1.0);  // no better
  BOOST_TEST(rate(3, 0) == 4);
  LearningRate other(s);
  other.restore(rate.state());
  other.epoch_ended(1.5);
  BOOST_TEST(other(4, 0) == 2);
}

BOOST_AUTO_TEST_CASE(positions_survive_their_file) {
  Position p;
  p.epoch = 2;
  p.chunk = 3;
  p.step = 51;
  p.reports = 7;
  p.since_report.add(0.1, 3);
  p.best_loss = 1.0 / 3;
  p.plateau = {0.1, 1.0 / 3, 1};
  BOOST_TEST(Position::from_json(p.json()).json() == p.json());
  BOOST_CHECK_THROW(Position::from_json("[]"), BadData);
  BOOST_CHECK_THROW(Position::from_json(R"({"epoch": 1})"), BadData);
  p.chunk = -1;
  BOOST_CHECK_THROW(Position::from_json(p.json()), BadData);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
