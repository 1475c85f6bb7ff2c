// Flags: the names, limits and explanations of what can be asked on the command line.
#pragma once

#include <CLI/App.hpp>

#include "engram/examples/language_model/command_line.hpp"

namespace engram::language_model {

void add_train_flags(CLI::App& app, Train& train);
void add_evaluate_flags(CLI::App& app, Evaluate& evaluate);
void add_generate_flags(CLI::App& app, Generate& generate);

}  // namespace engram::language_model
