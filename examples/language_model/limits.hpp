// Limits: what each setting may be, on the command line, in a configuration and in a checkpoint.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engram::language_model {

struct Limits {
  double low = 0, high = 1e9;
  bool above = false;                ///< `low` itself is too low
  std::vector<std::string> words{};  ///< of a setting that is one of a few words
};

/// Those of a setting, by the name of its flag; nullptr for one that may be anything of its type.
const Limits* limits_of(std::string_view setting);

/// What is wrong with a value, as "'3' is not between 4 and 5"; empty when nothing is. `word` is
/// how the user wrote it.
std::string problem(const Limits& limits, double value, std::string_view word);
std::string problem(const Limits& limits, std::string_view word);

}  // namespace engram::language_model
