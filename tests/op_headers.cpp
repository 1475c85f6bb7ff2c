#include "engram/tests/op_headers.hpp"

#include <algorithm>
#include <regex>
#include <sstream>
#include <utility>

namespace engram::testing {
namespace {

// Lines without what begins and ends them with blanks, in one.
void append(std::string& to, const std::string& line) {
  const auto from = line.find_first_not_of(' ');
  if (from != std::string::npos) to += (to.empty() ? "" : " ") + line.substr(from);
}

// A doc block at the left margin, without the slashes.
DocumentedFunction parsed(const std::vector<std::string>& block) {
  static const std::regex field(
      " (Shapes|Forward|Derivative|Saves|Order|Accuracy|Throws|Source): +(.*)");
  DocumentedFunction out;
  std::string* to = &out.text;
  for (const std::string& line : block) {
    std::smatch found;
    if (std::regex_match(line, found, field)) {
      *(to = &out.fields[found[1]]) = found[2];
    } else {
      append(*to, line);
    }
  }
  return out;
}

// The names of a list `a = 1, b{}, c`, and what they are if nobody says.
std::vector<std::pair<std::string, std::string>> declared(const std::string& list) {
  static const std::regex one("(\\w+)(\\{\\}| = ([^,]*(<[^>]*>)?[^,]*))?(, )?");
  std::vector<std::pair<std::string, std::string>> out;
  for (std::sregex_iterator it(list.begin(), list.end(), one), end; it != end; ++it) {
    const std::string preset = (*it)[3].matched ? (*it)[3].str() : (*it)[2].str();
    out.emplace_back((*it)[1], preset);
  }
  return out;
}

// A declaration that begins with `line`, to its end, as it is called.
std::string signature(const std::string& line, std::istringstream& lines) {
  std::string out = line, next;
  const auto ends = [](const std::string& s) { return s.ends_with(';') || s.ends_with('{'); };
  while (!ends(out) && std::getline(lines, next)) append(out, next);
  out = out.substr(0, out.find_last_not_of(" ;{") + 1);
  static const std::regex site(",? *Site site = Site::current\\(\\)");
  return std::regex_replace(out, site, "");
}

}  // namespace

std::vector<DocumentedFunction> documented_functions(const std::string& header) {
  static const std::regex declaration(
      "(?!struct |class |using |enum |auto |void |B )[\\w:<>, ]+ (\\w+)\\(.*");
  std::vector<DocumentedFunction> out;
  std::vector<std::string> block;
  std::istringstream lines(header);
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (line.starts_with("///")) {
      block.push_back(line.substr(3));
    } else if (!line.starts_with("template") && !line.starts_with("requires")) {
      if (!line.starts_with(' ') && std::regex_match(line, found, declaration)) {
        const std::string name = found[1], how = signature(line, lines);
        const auto known =
            std::find_if(out.rbegin(), out.rend(), [&](const auto& f) { return f.name == name; });
        if (!block.empty()) {
          out.push_back(parsed(block));
          out.back().name = name;
          out.back().signatures.push_back(how);
        } else if (known != out.rend() && how.find("= delete") == std::string::npos) {
          known->signatures.push_back(how);
        }
      }
      block.clear();
    }
  }
  return out;
}

std::vector<DocumentedOptions> documented_options(const std::string& header) {
  static const std::regex begin("(struct|enum class) (\\w+)( : \\w+)? \\{(.*)"),
      members("  ([\\w:]+(<[\\w:<>, ]+>)?) ([\\w{}].*);( *///< (.*))?"),
      value("  (\\w+),( *///< (.*))?");
  std::vector<DocumentedOptions> out;
  std::istringstream lines(header);
  int inner = 0;  // in a namespace of what is not for users
  for (std::string line; std::getline(lines, line);) {
    inner += line.starts_with("namespace ops") || line.starts_with("namespace kernels") ? 1 : 0;
    inner -= line.starts_with("}  // namespace ops") || line.starts_with("}  // namespace kernels");
    std::smatch found;
    if (inner > 0 || !std::regex_match(line, found, begin) || line.ends_with("};")) continue;
    DocumentedOptions options{found[2], {}};
    const bool is_enum = found[1] == "enum class";
    bool only_data = true;
    std::string before;  // a comment that stands above what it explains
    while (std::getline(lines, line) && line != "};") {
      if (line.starts_with("  ///")) {
        append(before, line.substr(5));
      } else if (is_enum && std::regex_match(line, found, value)) {
        options.options.push_back({found[1], "", "", found[3]});
      } else if (line.find('(') >= line.find('=') && std::regex_match(line, found, members)) {
        const std::string type = found[1], names = found[3];
        for (const auto& [name, preset] : declared(names)) {
          options.options.push_back({name, type, preset, before.empty() ? found[5].str() : before});
        }
        before.clear();
      } else {
        only_data = only_data && line.find('(') == std::string::npos;
      }
    }
    if (only_data && !options.options.empty()) out.push_back(options);
  }
  return out;
}

}  // namespace engram::testing
