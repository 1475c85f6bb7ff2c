// What the program does for each command.
#pragma once

#include <string>

#include "engram/examples/language_model/command_line.hpp"

namespace engram::language_model {

/// Results go to standard output. `program` is how the user called it, to say how to go on.
void carry_out(const Train& asked, const std::string& program);
void carry_out(const Evaluate& asked, const std::string& program);
void carry_out(const Generate& asked, const std::string& program);
void carry_out(const Print& asked, const std::string& program);

}  // namespace engram::language_model
