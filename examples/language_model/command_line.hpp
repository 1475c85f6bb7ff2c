// The command line: what the program is asked to do.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engram/examples/language_model/sampler.hpp"
#include "engram/examples/language_model/settings.hpp"

namespace engram::language_model {

/// Print a text, as for --help, and end.
struct Print {
  std::string text;
};

struct Train {
  Settings settings;
  bool resume = false;
  std::vector<std::string> given;  ///< names of the flags that were given, without dashes
};

struct Evaluate {
  std::string checkpoint = "build/run";  ///< a file, or the folder of a run
  std::string text;                      ///< empty: the one the model was trained on
  std::string split;                     ///< empty: valid, or all of another text
  std::int64_t batch = 10, steps = 50, threads = 0;
};

struct Generate {
  std::string checkpoint = "build/run";
  std::string prompt;
  std::int64_t length = 500;
  SamplerOptions sampler{.temperature = 0.6};
  bool unknown = false;  ///< may write <unk>
  std::uint64_t seed = 1;
};

using Command = std::variant<Print, Train, Evaluate, Generate>;

/// The command in `arguments`, which come after the name of the program. What the configuration
/// file says counts as if it stood first on the command line. Throws `BadUsage`.
Command parse_command_line(const std::vector<std::string>& arguments);

}  // namespace engram::language_model
