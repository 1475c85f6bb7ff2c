#include "engram/examples/language_model/command_line.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engram/examples/language_model/configuration.hpp"
#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/flags.hpp"

namespace engram::language_model {
namespace {

constexpr auto kAbout =
    "Trains an LSTM to write text, measures it, and lets it write.\n"
    "Results go to standard output, progress to standard error. Exit codes: 0 done (also when a\n"
    "signal stopped a training run, which was saved), 1 failure, 2 usage, 3 unusable data.";

constexpr auto kExamples =
    "Examples:\n"
    "  language_model train --text my.txt --out my-run          characters, two minutes\n"
    "  language_model train --text wikitext-2 --level word --epochs 6 --out words\n"
    "  language_model train --resume --out my-run --epochs 20   goes on where it stopped\n"
    "  language_model evaluate --checkpoint my-run --split valid\n"
    "  language_model generate --checkpoint my-run --prompt 'Once ' --temperature 0.6\n"
    "Each of them has its own --help.";

struct HelpAsked {
  std::string text;
};

// The whole command line as CLI11 knows it, bound to the commands it fills in.
struct Parser {
  explicit Parser(const Settings& defaults) {
    train.settings = defaults;
    app.name("language_model");
    app.require_subcommand(1);
    app.option_defaults()->always_capture_default()->multi_option_policy(
        CLI::MultiOptionPolicy::TakeLast);
    app.get_formatter()->column_width(28);
    app.get_formatter()->label("REQUIRED", "");
    train_app = app.add_subcommand("train", "Train a model on a text, or go on training one");
    evaluate_app = app.add_subcommand("evaluate", "Measure a trained model on a text");
    generate_app = app.add_subcommand("generate", "Let a trained model write");
    add_train_flags(*train_app, train);
    train_app->add_option("--config", config, "Read flags from a file of lines 'name = value'")
        ->type_name("FILE")
        ->configurable(false);
    train_app->add_flag("--dump-config", dump_config, "Print such a file with these settings")
        ->configurable(false);
    add_evaluate_flags(*evaluate_app, evaluate);
    add_generate_flags(*generate_app, generate);
    app.footer(kExamples);
  }

  // Throws `BadUsage`, or `HelpAsked` when that is what the arguments say.
  void parse(const std::vector<std::string>& arguments) {
    try {  // CLI11 takes the arguments from the back.
      app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
      throw HelpAsked{command() ? command()->help(app.get_name()) : app.help()};
    } catch (const CLI::ParseError& error) {
      std::string what = error.what();
      const std::vector<std::string> unknown = app.remaining(true);
      if (!unknown.empty()) what = "not known: " + CLI::detail::join(unknown, " ");
      bad_usage(what, "\n  language_model ", command() ? command()->get_name() + " " : "",
                "--help says what there is");
    }
    for (const CLI::Option* option : train_app->get_options()) {
      if (option->count() > 0) train.given.push_back(option->get_single_name());
    }
  }

  // The command that was asked for, if it came to that.
  const CLI::App* command() const {
    for (const CLI::App* command : {train_app, evaluate_app, generate_app}) {
      if (command->parsed()) return command;
    }
    return nullptr;
  }

  // A file for --config.
  std::string configuration() const {
    std::string lines;
    const auto settings = nlohmann::ordered_json::parse(train.settings.json());
    for (const auto& [name, value] : settings.items()) {
      const std::string about = train_app->get_option("--" + name)->get_description();
      lines += "# " + CLI::detail::fix_newlines("# ", about) + "\n";
      lines += name + " = " + value.dump() + "\n\n";
    }
    return lines;
  }

  CLI::App app{kAbout};
  CLI::App *train_app, *evaluate_app, *generate_app;
  Train train;
  Evaluate evaluate;
  Generate generate;
  std::string config;
  bool dump_config = false;
};

// The lines of a configuration file as flags.
std::vector<std::string> flags_of(const std::string& path) {
  std::vector<std::string> flags;
  const Parser known{Settings()};
  for (const ConfigurationLine& line : read_configuration(path, "train")) {
    if (!Settings::has(line.name)) {
      fail(path, ": line ", line.number, ": there is no setting '", line.name,
           "'; language_model train --dump-config prints all of them");
    }
    if (line.name == "text" && line.value.empty()) continue;  // as without --text
    const std::string flag = "--" + line.name;
    if (known.train_app->get_option(flag)->get_expected_max() == 0) {
      flags.push_back(flag + "=" + line.value);
    } else {
      flags.insert(flags.end(), {flag, line.value});
    }
  }
  return flags;
}

// Puts what the configuration file says before the flags that the user gave. What is wrong with it
// is found while it is alone, so that no flag is blamed for it.
void insert_configuration(const std::string& path, std::vector<std::string>& arguments) {
  try {
    const std::vector<std::string> flags = flags_of(path);
    std::vector<std::string> alone{"train"};
    alone.insert(alone.end(), flags.begin(), flags.end());
    try {
      Parser{Settings()}.parse(alone);
    } catch (const BadUsage& error) {
      fail(path, ": ", error.what());
    }
    arguments.insert(std::ranges::find(arguments, "train") + 1, flags.begin(), flags.end());
  } catch (const Error& error) {
    bad_usage("--config: ", error.what());
  }
}

Command parse(std::vector<std::string> arguments) {
  Parser parser{Settings()};
  parser.parse(arguments);
  if (parser.evaluate_app->parsed()) return parser.evaluate;
  if (parser.generate_app->parsed()) return parser.generate;

  // The file may change the level and the level the defaults, so this is parsed again with each.
  if (!parser.config.empty()) insert_configuration(parser.config, arguments);
  Parser first{Settings()};
  first.parse(arguments);
  Parser last{Settings::for_level(level_of(first.train.settings.level))};
  last.parse(arguments);
  last.train.settings.check_paths();
  if (!last.train.resume) last.train.settings.check();
  if (last.dump_config) return Print{last.configuration()};
  return last.train;
}

}  // namespace

Command parse_command_line(const std::vector<std::string>& arguments) {
  try {
    return parse(arguments);
  } catch (const HelpAsked& help) {
    return Print{help.text};
  }
}

}  // namespace engram::language_model
