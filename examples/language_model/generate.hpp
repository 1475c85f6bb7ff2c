// Writing: a model that reads its own output.
#pragma once

#include <functional>
#include <string_view>

#include "engram/examples/language_model/command_line.hpp"
#include "engram/examples/language_model/model.hpp"

namespace engram::language_model {

/// Writes the prompt and `asked.length` tokens after it, giving each to `write` as it comes, always
/// whole characters. Without a prompt it begins as after an empty line. Throws `BadData` for a
/// prompt with unknown characters or words, before anything is written. `workers` share each step.
void generate(const LanguageModel& model, const Vocabulary& vocabulary, const Generate& asked,
              const Workers& workers, const std::function<void(std::string_view)>& write);

}  // namespace engram::language_model
