// Every block of C++ in the documents is a part of a file that is compiled and run here.
//
// A block is preceded by the place it is from: <!-- examples/02_train.cpp: train --> for the lines
// between [train] and [end train] in that file, <!-- nn/linear.hpp --> for a whole file.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace {

using Lines = std::vector<std::string>;
const std::string kRoot = ENGRAM_SOURCE_DIR;

Lines read(const std::filesystem::path& path) {
  std::ifstream file(path);
  Lines out;
  for (std::string line; std::getline(file, line);) out.push_back(line);
  return out;
}

// Without the indentation all lines have in common.
Lines flush_left(Lines lines) {
  std::size_t common = std::string::npos;
  for (const auto& line : lines) common = std::min(common, line.find_first_not_of(' '));
  for (auto& line : lines) line.erase(0, std::min(common, line.size()));
  return lines;
}

Lines region(const std::string& file, const std::string& name) {
  const Lines lines = read(kRoot + "/" + file);
  if (name.empty()) return lines;
  const auto at = [&](const std::string& mark) {
    return std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
      const auto from = line.find_first_not_of(' ');
      return from != std::string::npos && line.substr(from) == "// [" + mark + "]";
    });
  };
  const auto begin = at(name), end = at("end " + name);
  if (begin == lines.end() || end == lines.end()) return {};
  return flush_left(Lines(begin + 1, end));
}

std::string joined(const Lines& lines) {
  std::ostringstream out;
  for (const auto& line : lines) out << line << '\n';
  return out.str();
}

// Without what stands between backticks.
std::string without_code(const std::string& text) {
  std::string out;
  bool code = false;
  for (const char c : text) {
    if (c == '`') {
      code = !code;
    } else if (!code) {
      out += c;
    }
  }
  return out;
}

std::vector<std::filesystem::path> pages() {
  std::vector<std::filesystem::path> out{kRoot + "/README.md", kRoot + "/CONTRIBUTING.md"};
  for (const auto& entry : std::filesystem::directory_iterator(kRoot + "/docs")) {
    if (entry.path().extension() == ".md") out.push_back(entry.path());
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(docs)

BOOST_AUTO_TEST_CASE(code_blocks_are_compiled_code) {
  const std::regex source("<!-- ([a-z0-9_./]+)(: ([a-z_ ]+))? -->");
  int blocks = 0;
  for (const auto& page : pages()) {
    const Lines lines = read(page);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].rfind("```cpp", 0) != 0) continue;
      ++blocks;
      Lines block;
      std::size_t k = i + 1;
      for (; k < lines.size() && lines[k] != "```"; ++k) block.push_back(lines[k]);
      std::smatch from;
      const bool named = i > 0 && std::regex_match(lines[i - 1], from, source);
      BOOST_TEST(named, page.filename() << ":" << i + 1 << " does not say which file it is from");
      if (named)
        BOOST_TEST(joined(block) == joined(region(from[1], from[3])), page.filename()
                                                                          << ":" << i + 1);
      i = k;
    }
  }
  BOOST_TEST(blocks > 5);
}

BOOST_AUTO_TEST_CASE(links_lead_somewhere) {
  const std::regex link("\\]\\(([^)#:\\s]+)(#[^)\\s]*)?\\)");
  int links = 0;
  for (const auto& page : pages()) {
    Lines prose;  // without blocks of code, indented ones too
    bool code = false;
    for (const auto& line : read(page)) {
      if (line.rfind("```", 0) == 0) code = !code;
      if (!code && line.rfind("    ", 0) != 0) prose.push_back(line);
    }
    const std::string all = without_code(joined(prose));
    for (std::sregex_iterator it(all.begin(), all.end(), link), end; it != end; ++it) {
      ++links;
      const auto target = page.parent_path() / (*it)[1].str();
      BOOST_TEST(std::filesystem::exists(target), page.filename() << " links to " << (*it)[1]);
    }
  }
  BOOST_TEST(links > 5);
}

BOOST_AUTO_TEST_SUITE_END()
