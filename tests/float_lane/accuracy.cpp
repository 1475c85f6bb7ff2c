#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <vector>

#include "engram/core/error.hpp"
#include "engram/tests/files.hpp"
#include "engram/tests/float_lane/measure.hpp"

namespace engram::testing {
namespace {

Bound bound(const std::string& text) {
  static const std::map<std::string, Of> units{{"", Of::result},
                                               {" of x", Of::inputs},
                                               {" of x and 1", Of::inputs_and_one},
                                               {" of x - max x", Of::differences},
                                               {" of x - max x and 1", Of::differences_and_one},
                                               {" of dy", Of::upstream}};
  if (text == "exact") return {Of::nothing, 0};
  static const std::regex number("(\\d+) ulp(.*)");
  std::smatch found;
  if (std::regex_match(text, found, number)) {
    if (const auto at = units.find(found[2]); at != units.end()) {
      return {at->second, std::stod(found[1])};
    }
  }
  fail("Accuracy: \"", text, "\"; need \"exact\" or \"n ulp\" of what docs/ops.md says");
}

// The functions of a header that have fields, with their accuracy.
std::vector<std::pair<std::string, std::string>> functions(const std::string& path) {
  static const std::regex field("/// Accuracy: +(.*)");
  static const std::regex declaration(
      "(?!struct |class |using |enum |auto |void |B )[\\w:<>, ]+ (\\w+)\\(.*");
  std::vector<std::pair<std::string, std::string>> out;
  std::ifstream file(path);
  std::string accuracy;
  for (std::string line; std::getline(file, line);) {
    std::smatch found;
    if (std::regex_match(line, found, field)) {
      accuracy = found[1];
    } else if (!line.starts_with("///") && !line.starts_with("template") &&
               !line.starts_with("requires")) {
      if (!accuracy.empty() && std::regex_match(line, found, declaration)) {
        out.push_back({found[1], accuracy});
      }
      accuracy.clear();
    }
  }
  return out;
}

const auto& functions_of(const std::string& file) {
  static std::map<std::string, std::vector<std::pair<std::string, std::string>>> known;
  auto& out = known[file];
  if (!out.empty()) return out;
  if (const auto header = header_called(file); !header.empty()) out = functions(header);
  if (out.empty() && file == "broadcast_to") out = functions_of("accumulate");
  return out;
}

}  // namespace

Accuracy parsed_accuracy(const std::string& text) {
  static const std::regex form("(.*?)(?:; derivatives (.*?)(?:, by the rule (\\d+) ulp a step)?)?");
  std::smatch found;
  std::regex_match(text, found, form);
  Accuracy out{bound(found[1]), bound(found[found[2].matched ? 2 : 1])};
  if (found[3].matched) out.per_step = std::stod(found[3]);
  return out;
}

double Accuracy::by_rule(const Shape& x) const {
  Index steps = 0;
  for (int k = 0; k < x.rank(); ++k) steps = std::max(steps, x[k]);
  return slope.ulps + per_step * static_cast<double>(steps);
}

std::optional<Accuracy> accuracy_of(const OpCase& row) {
  const auto& all = functions_of(row.file);
  const std::pair<std::string, std::string>* best = nullptr;
  for (const auto& function : all) {
    const bool named = row.name.starts_with(function.first);
    if (named && (!best || function.first.size() > best->first.size())) best = &function;
  }
  if (!best && all.size() == 1) best = &all[0];  // it is the one that stands for the family
  if (!best || best->second.starts_with("that of")) return {};
  return parsed_accuracy(best->second);
}

}  // namespace engram::testing
