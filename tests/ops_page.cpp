// docs/ops.md is written from the headers: the fields of their doc blocks and their signatures, as
// tables, and a table of all options. This test fails when the page is not what the headers say;
// `ENGRAM_WRITE_PAGES=1 ./test.sh -R ops_page` writes it. An op's family is the folder it lies in.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/tests/files.hpp"
#include "engram/tests/op_headers.hpp"

namespace engram::testing {
namespace {

namespace fs = std::filesystem;
// For a cell of a table in Markdown; what is in `code` stays as it is.
std::string cell(const std::string& text) {
  std::string out;
  bool code = false;
  for (const char c : text) {
    if (c == '`') code = !code;
    if (c == '|' || (c == '*' && !code)) out += '\\';
    out += c == '<' && !code ? "&lt;" : std::string(1, c);
  }
  return out;
}

// The folder of a header, spelled as a title: "Linear algebra".
std::string family(const fs::path& header) {
  const fs::path inside = header.lexically_relative(kSources);
  std::string out = *inside.begin() == "ops" ? inside.parent_path().filename() : *inside.begin();
  std::replace(out.begin(), out.end(), '_', ' ');
  out[0] = static_cast<char>(std::toupper(out[0]));
  return out;
}

struct Op {
  std::string link;
  DocumentedFunction function;
};

// The ops of the headers that have one, by family.
std::map<std::string, std::vector<Op>> catalogue() {
  std::map<std::string, std::vector<Op>> out;
  for (const fs::path& path : sources_in({"core", "ops"})) {
    const std::string text = bytes_of(path);
    if (text.find("\n/// Shapes:") == std::string::npos) continue;
    auto& ops = out[family(path)];
    for (const DocumentedFunction& f : documented_functions(text)) {
      ops.push_back({path.lexically_relative(kSources), f});
    }
  }
  return out;
}

// Every overload, in code, one under the other.
std::string calls(const DocumentedFunction& f) {
  std::string out;
  for (const std::string& how : f.signatures) {
    out += (out.empty() ? "" : "<br>") + cell('`' + how + '`');
  }
  return out;
}

// The options that the functions or other options take, by name.
std::map<std::string, DocumentedOptions> options_in_use() {
  std::map<std::string, DocumentedOptions> all, used;
  std::string mentions;
  for (const fs::path& path : sources_in({"ops"})) {
    const std::string text = bytes_of(path);
    for (const DocumentedOptions& options : documented_options(text)) {
      all.emplace(options.name, options);
      for (const DocumentedOption& option : options.options) mentions += option.type + ' ';
    }
    for (const DocumentedFunction& f : documented_functions(text)) {
      for (const std::string& how : f.signatures) mentions += how.substr(how.find('(')) + ' ';
    }
  }
  for (const auto& [name, options] : all) {
    if (std::regex_search(mentions, std::regex("\\b" + name + "\\b"))) used.emplace(name, options);
  }
  return used;
}

std::string page() {
  std::ostringstream out;
  out << "<!-- Written from the headers by tests/ops_page.cpp: ENGRAM_WRITE_PAGES=1 ./test.sh -R "
         "ops_page -->\n"
         "# The operations\n\n"
         "What each computes, its derivative and what it refuses, as its header says; the name "
         "leads there.\n"
         "*Order* is how often it can be differentiated. A function without fields of its own is "
         "explained in\none sentence. What `...Options` hold stands [at the end](#options). Every "
         "function takes a `Site site` as\nits last argument, the place that its errors name, "
         "which "
         "nobody needs to give. [add_an_op.md](add_an_op.md)\nadds one, [testing.md](testing.md) "
         "says how they are proved.\n\n"
         "*Accuracy* is how far values in float, and derivatives in every mode, are at most from "
         "the right ones,\nwhatever the size of the arrays: *exact* is the right number rounded "
         "once; *n ulp* is n units in\nits last place; *of x* means n times what moving every "
         "input (for derivatives, dy too) by its last place would do,\nand n units more, of "
         "derivatives of the largest of their kind; *of x - max x* is the same by the\nlast place "
         "of what x is below its maximum, so that adding one number to all of x loses no digit; "
         "*and 1* and\n*of dy* add n times the last place of 1, or of dy. *By the rule n ulp a "
         "step* is what derivatives "
         "other\nthan the gradient lose where they go over time in float. In double the same "
         "holds with its last place.\n";
  for (const auto& [title, ops] : catalogue()) {
    out << "\n## " << title
        << "\n\n| operation | call | forward | derivative | shapes | throws | order | accuracy | "
           "source |\n"
           "|---|---|---|---|---|---|---|---|---|\n";
    for (const auto& [link, f] : ops) {
      out << "| [`" << f.name << "`](../" << link << ") | " << calls(f) << " |";
      if (f.fields.empty()) {
        out << ' ' << cell(f.text) << " | | | | | | |\n";
        continue;
      }
      for (const char* field :
           {"Forward", "Derivative", "Shapes", "Throws", "Order", "Accuracy", "Source"}) {
        const auto at = f.fields.find(field);
        out << ' ' << (at == f.fields.end() ? "" : cell(at->second)) << " |";
      }
      out << '\n';
    }
  }
  out << "\n## Options\n\n| of | name | type | if not given | meaning |\n|---|---|---|---|---|\n";
  for (const auto& [name, options] : options_in_use()) {
    for (const auto& [option, type, preset, text] : options.options) {
      const auto code = [](const std::string& s) { return s.empty() ? s : '`' + s + '`'; };
      out << "| `" << name << "` | `" << option << "` | " << cell(code(type)) << " | "
          << cell(code(preset)) << " | " << cell(text) << " |\n";
    }
  }
  return out.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ops_page)

BOOST_AUTO_TEST_CASE(every_operation_has_all_fields) {
  int complete = 0;
  for (const auto& [title, ops] : catalogue()) {
    for (const auto& [link, f] : ops) {
      if (f.fields.empty()) continue;
      ++complete;
      for (const std::string& field : kDocFields) {
        BOOST_TEST(f.fields.contains(field), link << ": " << f.name << " has no " << field << ':');
      }
    }
  }
  BOOST_TEST(complete > 20);
}

// A page that shows no options would be written as gladly as one that does.
BOOST_AUTO_TEST_CASE(every_call_and_every_option_is_shown) {
  for (const auto& [title, ops] : catalogue()) {
    for (const auto& [link, f] : ops) {
      BOOST_TEST(!f.signatures.empty(), link << ": " << f.name << " has no signature");
    }
  }
  const std::string text = page();
  for (const char* shown : {"`ignore_index`", "`padding_after`", "`soft_cap`", "`exclusive`",
                            "bool keep = false, double correction = 1", "`replicate`",
                            "std::span<const Index> times"}) {
    BOOST_TEST(text.find(shown) != std::string::npos, shown << " is not on the page");
  }
}

BOOST_AUTO_TEST_CASE(the_page_is_what_the_headers_say) {
  const fs::path path = kSources / "docs" / "ops.md";
  if (std::getenv("ENGRAM_WRITE_PAGES")) std::ofstream(path) << page();
  BOOST_TEST((bytes_of(path) == page()),
             "docs/ops.md is out of date: ENGRAM_WRITE_PAGES=1 ./test.sh -R ops_page");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
