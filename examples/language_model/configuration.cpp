#include "engram/examples/language_model/configuration.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "engram/core/error.hpp"
#include "engram/examples/language_model/files.hpp"

namespace engram::language_model {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// Where a quoted value ends: after its second quote. npos when there is none.
std::size_t end_of_quoted(std::string_view value) {
  const char quote = value[0];
  for (std::size_t k = 1; k < value.size(); ++k) {
    if (value[k] == quote) return k + 1;
    if (quote == '"' && value[k] == '\\') ++k;
  }
  return std::string_view::npos;
}

std::string unquoted(std::string_view quoted) {
  if (quoted[0] == '\'') return std::string(quoted.substr(1, quoted.size() - 2));
  const auto json = nlohmann::json::parse(quoted, nullptr, false);
  if (json.is_discarded()) {
    fail(quoted,
         " is not as JSON writes a string, with \\\\ for a backslash and \\n for the end of a ",
         "line; single quotes take all as it is");
  }
  return json.get<std::string>();
}

// The value that `rest` begins with; a comment may come after it.
std::string value_of(std::string_view rest) {
  if (rest.empty() || rest[0] == '#') fail("there is no value after =; \"\" is an empty one");
  std::string value;
  std::size_t end = 0;
  if (rest[0] == '"' || rest[0] == '\'') {
    end = end_of_quoted(rest);
    if (end == std::string_view::npos) fail("the quote in ", rest, " has no end");
    value = unquoted(rest.substr(0, end));
  } else {
    end = std::min(rest.find_first_of(" \t#\"'"), rest.size());
    value = rest.substr(0, end);
  }
  const std::string_view after = trimmed(rest.substr(end));
  if (!after.empty() && after[0] != '#') {
    fail("after the value '", value, "' comes '", after, "'; put a value with blanks in quotes");
  }
  if (value.find('\0') != std::string::npos) fail("the value holds the character U+0000");
  return value;
}

ConfigurationLine parse_line(std::string_view line, std::size_t number) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) fail("'", line, "' is no line 'name = value'");
  const std::string_view name = trimmed(line.substr(0, equals));
  if (name.empty()) fail("there is no name before =");
  return {std::string(name), value_of(trimmed(line.substr(equals + 1))), number};
}

}  // namespace

std::vector<ConfigurationLine> parse_configuration(std::string_view text,
                                                   std::string_view section) {
  std::vector<ConfigurationLine> lines;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#' || line == engram::text("[", section, "]")) continue;
    try {
      ConfigurationLine found = parse_line(line, number);
      const auto first = std::ranges::find(lines, found.name, &ConfigurationLine::name);
      if (first != lines.end()) {
        fail("'", found.name, "' has a value already, in line ", first->number);
      }
      lines.push_back(std::move(found));
    } catch (const Error& error) {
      fail("line ", number, ": ", error.what());
    }
  }
  return lines;
}

std::vector<ConfigurationLine> read_configuration(const std::string& path,
                                                  std::string_view section) {
  const auto text = read_file(path, std::size_t{1} << 20);
  if (!text) fail("there is no file ", path);
  try {
    return parse_configuration(*text, section);
  } catch (const Error& error) {
    fail(path, ": ", error.what());
  }
}

}  // namespace engram::language_model
