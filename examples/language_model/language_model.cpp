// language_model: trains an LSTM on a text, one character or word at a time, and lets it write.
//
//   language_model train --text FILE --out FOLDER
//   language_model generate --checkpoint FOLDER --prompt "Once "
//   language_model --help

#include <iostream>
#include <new>

#include "engram/examples/language_model/commands.hpp"
#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/standard_streams.hpp"

namespace engram::language_model {
namespace {

Exit run(const std::string& program, const std::vector<std::string>& arguments) {
  const auto ends_with = [](const std::exception& error, Exit code) {
    std::cout << std::flush;
    std::cerr << "language_model: " << error.what() << '\n';
    return code;
  };
  try {
    std::visit([&](const auto& asked) { carry_out(asked, program); },
               parse_command_line(arguments));
    flush_results();
    return Exit::success;
  } catch (const BadUsage& error) {
    return ends_with(error, Exit::usage);
  } catch (const BadData& error) {
    return ends_with(error, Exit::bad_data);
  } catch (const std::bad_alloc&) {
    return ends_with(Error("there is not enough memory"), Exit::failure);
  } catch (const std::exception& error) {
    return ends_with(error, Exit::failure);
  }
}

}  // namespace
}  // namespace engram::language_model

int main(int argc, char** argv) {
  engram::language_model::reserve_standard_streams();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return static_cast<int>(engram::language_model::run(argv[0], arguments));
}
