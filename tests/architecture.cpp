// The rooms of the sources and which way they know each other: no include goes up, and
// docs/architecture.md shows them as they are. `ENGRAM_WRITE_PAGES=1 ./test.sh -R architecture`
// writes its picture and its table.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "engram/tests/files.hpp"

namespace engram::testing {
namespace {

namespace fs = std::filesystem;

struct Room {
  std::string name;
  std::vector<std::string> where;  ///< folders, which end with /, and files without their endings
  std::string what;
};

// From the lowest: an include may go down, or stay.
const std::vector<Room>& rooms() {
  static const std::vector<Room> all{
      {"values",
       {"core/error", "core/shape", "core/array", "core/random", "core/parallel", "core/xtensor",
        "core/memory/", "core/loops/"},
       "arrays and their memory, shapes, errors, threads, random numbers; loops over all of these, "
       "and sums that lose nothing"},
      {"product", {"core/product/"}, "matrix products: where BLAS and oneDNN are called"},
      {"files",
       {"core/atomic_file", "core/leftovers", "core/safetensors", "core/patterns", "core/files/",
        "core/parameters/patterns"},
       "files that are whole or not there, and safetensors"},
      {"watch", {"core/profile", "core/watch/"}, "the time of each op, as a table and as a trace"},
      {"tape",
       {"core/var", "core/param", "core/parameters", "core/gradients", "core/tape", "core/tape/",
        "core/parameters/parameters"},
       "the list of what happened: values, parameters and their gradients, what an operation is"},
      {"operation",
       {"core/record", "core/within", "core/operation/"},
       "how a struct becomes an operation, and a function a composed one; anomalies"},
      {"tables",
       {"core/tables/"},
       "what transformations keep for each value: gradients, tangents, sums put off; what kernels "
       "add to"},
      {"backward", {"core/backward/"}, "reverse mode, in numbers and recorded"},
      {"forward", {"core/forward/"}, "forward mode, and forward over reverse"},
      {"uses",
       {"core/tape_transformations", "core/derivatives", "core/gradcheck", "core/checkpoint",
        "core/shards", "core/print", "core/module", "core/summary", "core/parameter_file",
        "core/parameters/"},
       "what users call: derivatives of any order, checks, checkpoints, shards, modules"},
      {"ops", {"ops/"}, "the operations, a folder for each family"},
      {"nn", {"nn/"}, "layers, their initial values, loops over time"},
      {"optim", {"optim/"}, "optimisers, clipping, schedules"},
      {"engram", {"engram"}, "engram.hpp, which includes what a program uses"},
      {"examples", {"examples/"}, "programs of one idea, and a folder for each application"}};
  return all;
}

// The number of the room of a file; the longest name that fits decides.
std::size_t room_of(const std::string& file) {
  const std::string stem = file.substr(0, file.rfind('.'));
  std::size_t best = rooms().size(), length = 0;
  for (std::size_t k = 0; k < rooms().size(); ++k) {
    for (const std::string& where : rooms()[k].where) {
      const bool fits = where.ends_with('/') ? file.starts_with(where) : stem == where;
      if (fits && where.size() > length) best = k, length = where.size();
    }
  }
  return best;
}

// Paths as includes have them.
std::vector<std::string> sources() {
  std::vector<std::string> out{"engram.hpp"};
  for (const auto& path :
       sources_in({"core", "ops", "nn", "optim", "examples"}, {".hpp", ".cpp"})) {
    out.push_back(path.lexically_relative(kSources));
  }
  return out;
}

std::vector<std::string> includes(const std::string& file) {
  static const std::regex line("#include \"engram/([^\"]+)\"");
  const std::string text = bytes_of(kSources / file);
  std::vector<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), line), end; it != end; ++it) {
    out.push_back((*it)[1]);
  }
  return out;
}

// For each room those that its files include.
std::vector<std::set<std::size_t>> known() {
  std::vector<std::set<std::size_t>> out(rooms().size());
  for (const std::string& file : sources()) {
    const std::size_t room = room_of(file);
    for (const std::string& other : includes(file)) {
      if (room_of(other) != room) out[room].insert(room_of(other));
    }
  }
  return out;
}

// Whether `from` knows `to` through another that it knows, too.
bool by_another(const std::vector<std::set<std::size_t>>& known, std::size_t from, std::size_t to) {
  return std::any_of(known[from].begin(), known[from].end(), [&](std::size_t over) {
    return over != to && (known[over].contains(to) || by_another(known, over, to));
  });
}

// The picture, without arrows that others imply, and the table.
std::string section() {
  const auto knows = known();
  std::ostringstream out;
  out << "```mermaid\nflowchart BT\n";
  for (std::size_t from = 0; from < rooms().size(); ++from) {
    for (const std::size_t to : knows[from]) {
      if (by_another(knows, from, to)) continue;
      out << "  " << rooms()[from].name << " --> " << rooms()[to].name << '\n';
    }
  }
  out << "```\n\n| room | where | what is there |\n|---|---|---|\n";
  for (auto room = rooms().rbegin(); room != rooms().rend(); ++room) {
    out << "| " << room->name << " |";
    for (const std::string& where : room->where) out << " `" << where << '`';
    out << " | " << room->what << " |\n";
  }
  return out.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(architecture)

BOOST_AUTO_TEST_CASE(no_include_goes_up) {
  int count = 0;
  for (const std::string& file : sources()) {
    const std::size_t room = room_of(file);
    BOOST_TEST(room < rooms().size(), file << " is in no room of tests/architecture.cpp");
    for (const std::string& other : includes(file)) {
      ++count;
      const std::size_t there = room_of(other);
      BOOST_TEST(there <= room, file << " includes " << other << ", which lies higher");
      if (room < rooms().size() && rooms()[room].name == "optim") {
        BOOST_TEST((other.starts_with("core/") || there == room), file << " knows " << other);
      }
    }
  }
  BOOST_TEST(count > 1000);
}

BOOST_AUTO_TEST_CASE(the_page_shows_the_rooms) {
  const fs::path path = kSources / "docs" / "architecture.md";
  const std::string page = bytes_of(path), begin = "<!-- rooms -->\n", end = "<!-- end rooms -->";
  const auto from = page.find(begin), to = page.find(end);
  BOOST_REQUIRE((from != std::string::npos && to != std::string::npos && from < to));
  const std::string right = page.substr(0, from) + begin + section() + page.substr(to);
  if (std::getenv("ENGRAM_WRITE_PAGES")) std::ofstream(path) << right;
  BOOST_TEST((bytes_of(path) == right),
             "docs/architecture.md is out of date: ENGRAM_WRITE_PAGES=1 ./test.sh -R architecture");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
