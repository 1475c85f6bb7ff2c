// The language model's configuration files: what is read, what is refused, and that what is written
// is what is read.
#include <bit>
#include <cmath>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "engram/core/random.hpp"
#include "engram/examples/language_model/command_line.hpp"
#include "engram/examples/language_model/configuration.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {
namespace {

Train train_of(const std::vector<std::string>& arguments) {
  return std::get<Train>(parse_command_line(arguments));
}
std::string usage_error(const std::vector<std::string>& arguments) {
  return message_of<BadUsage>([&] { parse_command_line(arguments); });
}
std::string dump(std::vector<std::string> arguments) {
  arguments.emplace_back("--dump-config");
  return std::get<Print>(parse_command_line(arguments)).text;
}

// Words of what is special to a shell, to TOML, to JSON or to CLI11.
std::string nasty_word(Random& random) {
  const std::vector<std::string> parts{
      "#",  "\"", "'",     "\\",  "\n", "\r",    "\t",   " ",   "=",          "[",  "]",    "{}",
      ",",  "-",  "--",    "%%",  "ö",  "∑",     "\x7F", "\x1", "\u2028",     "a",  "true", "0x1",
      "//", ".",  "train", "\\n", "\"", "--out", ":",    ";",   "\U0001D11E", "$x", "\b",   "nul"};
  std::string word;
  for (auto k = 1 + random.below(6); k > 0; --k) word += parts[random.below(parts.size())];
  return word;
}

// Any double of any magnitude within the limits.
double nasty_number(Random& random, double low, double high) {
  while (true) {
    const auto bits = std::uint64_t{random.bits()} << 32 | random.bits();
    const double value = std::abs(std::bit_cast<double>(bits));
    if (value > low && value <= high) return value;
  }
}

// With all its digits.
std::string text_of(double value) {
  std::ostringstream out;
  out.precision(17);
  out << value;
  return out.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_configuration)

BOOST_AUTO_TEST_CASE(configurations_stand_before_the_flags) {
  const Folder folder("config");
  const auto path = write(folder / "c.toml",
                          "# words\n[train]\nlevel = \"word\"\nhidden = 64 # units\r\n"
                          "tied = false\nout = 'a \\ # b'\n");
  const Train train = train_of({"train", "--config", path.string(), "--hidden", "96"});
  BOOST_TEST(train.settings.level == "word");
  BOOST_TEST(train.settings.hidden == 96);
  BOOST_TEST(!train.settings.tied);
  BOOST_TEST(train.settings.batch == 20);
  BOOST_TEST(train.settings.out == "a \\ # b");
}

BOOST_AUTO_TEST_CASE(configurations_that_cannot_be_read_are_no_empty_ones) {
  const Folder folder("config-bad");
  const auto message = [](const std::filesystem::path& path) {
    return usage_error({"train", "--config", path.string()});
  };
  BOOST_TEST(contains(message(folder / "none"), "there is no file"));
  BOOST_TEST(contains(message(folder.path), "Is a directory"));
  BOOST_TEST(contains(message("/proc/self/mem"), "Input/output error"));
  BOOST_TEST(contains(message("/dev/zero"), "over 1048576 bytes"));
  const auto refused = [&](const std::string& bytes, const std::string& what) {
    const std::string found = message(write(folder / "c.toml", bytes));
    BOOST_TEST(contains(found, (folder / "c.toml").string()));
    BOOST_TEST(contains(found, what), "not found: " << what << " in: " << found);
  };
  refused("layers = 1\nhiden = 64\n", "line 2: there is no setting 'hiden'");
  refused("resume = true\n", "there is no setting 'resume'");
  refused("hidden\n", "line 1: 'hidden' is no line 'name = value'");
  refused("hidden =\n", "line 1: there is no value after =");
  refused("hidden = # 64\n", "there is no value after =");
  refused("= 64\n", "there is no name before =");
  refused("hidden = 64\n\nhidden = 96\n", "line 3: 'hidden' has a value already, in line 1");
  refused("text = my text.txt\n", "put a value with blanks in quotes");
  refused("text = \"my text.txt\n", "has no end");
  refused("text = \"a\\qb\"\n", "is not as JSON writes a string");
  refused("text = \"a\\u0000b\"\n", "U+0000");
  refused("text = 'a' b\n", "comes 'b'");
  refused("[evaluate]\n", "is no line");
  refused("hidden = 1.5\n", "--hidden: '1.5' is not a whole number");
  refused("out = \"\xFF\"\n", "is not as JSON");
  BOOST_TEST(contains(message(write(folder / "c.toml", "out = '\xFF'\n")), "is not UTF-8"));
}

BOOST_AUTO_TEST_CASE(what_is_dumped_reads_as_what_it_was) {
  const Folder folder("config-dump");
  const auto check = [&](const std::vector<std::string>& arguments) {
    const std::string dumped = dump(arguments);
    const auto path = write(folder / "c.toml", dumped);
    const Settings again = train_of({"train", "--config", path.string()}).settings;
    BOOST_TEST(again.json() == train_of(arguments).settings.json());
    BOOST_TEST(dump({"train", "--config", path.string()}) == dumped);
  };
  check({"train"});
  check({"train", "--level", "word", "--dropout", "0.3", "--text", "a b", "--tied=false"});
  for (const char* word : {"[a,b]", "{}", "--", "-x", "--out", "\"", "%", "[", "a=b", "'", " ", "#",
                           "\\", "\n", "true", "evaluate", "++", "~"}) {
    check({"train", "--text", word, "--cutoffs", word, "--out", word});
  }
  check({"train", "--cutoffs", ""});
  Random random(11);
  for (int k = 0; k < 300; ++k) {
    check({"train", "--text", nasty_word(random), "--out", nasty_word(random), "--cutoffs",
           nasty_word(random), "--learning-rate", text_of(nasty_number(random, 0, 1e6)),
           "--weight-decay", text_of(nasty_number(random, 0, 1e3)), "--decay",
           text_of(nasty_number(random, 0, 1)), "--seed",
           std::to_string(std::uint64_t{random.bits()} << 32 | random.bits()), "--epochs",
           std::to_string(random.below(1'000'000'000)),
           random.below(2) ? "--tied" : "--keep-best"});
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
