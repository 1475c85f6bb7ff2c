// Configuration: a file of lines `name = value`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace engram::language_model {

struct ConfigurationLine {
  std::string name, value;
  std::size_t number;  ///< of the line, from 1
};

/// The lines of a configuration, a part of TOML: `name = value`, `# comment`, blank lines, and a
/// section `[section]` around them. A value stands in double quotes with the escapes of JSON, in
/// single quotes as it is, or bare when it has no blanks, quotes or `#`. Throws `Error` with the
/// number of a line that is none of these, has no value, or gives a name a second time.
std::vector<ConfigurationLine> parse_configuration(std::string_view text, std::string_view section);

/// The same of a file; the error names it. What cannot be read is an error, not an empty file.
std::vector<ConfigurationLine> read_configuration(const std::string& path,
                                                  std::string_view section);

}  // namespace engram::language_model
