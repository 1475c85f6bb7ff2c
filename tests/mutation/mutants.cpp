// Runs its program's tests with one change (ENGRAM_MUTANT=site:change), and stops at the first test
// that notices. With ENGRAM_MUTANTS_LOOK=file it writes down instead which sites
// there are: `site types test test ...`, and for each test `test number name`.
#include "engram/tests/mutation/mutants.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#define BOOST_TEST_MODULE mutants
#include <boost/test/tree/observer.hpp>
#include <boost/test/unit_test.hpp>

namespace engram::mutants {
namespace {

Selected from_environment() {
  const char* text = std::getenv("ENGRAM_MUTANT");
  if (!text) return {};
  char* rest = nullptr;
  const std::uint64_t site = std::strtoull(text, &rest, 10);
  return {site, rest[1]};
}

struct Seen {
  std::set<char> types;
  std::vector<int> tests;
};
std::mutex mutex;
std::map<std::uint64_t, Seen> seen;
std::vector<std::string> tests;

class Watcher : public boost::unit_test::test_observer {
 public:
  void test_unit_start(const boost::unit_test::test_unit& unit) override {
    if (unit.p_type == boost::unit_test::TUT_CASE) tests.push_back(unit.full_name());
  }
  void assertion_result(boost::unit_test::assertion_result result) override {
    if (result == boost::unit_test::AR_FAILED) stop();
  }
  void exception_caught(const boost::execution_exception&) override { stop(); }

 private:
  static void stop() {
    if (!looking) std::_Exit(1);
  }
};

void write(const char* path) {
  std::ofstream file(path);
  for (const auto& [site, what] : seen) {
    file << site << ' ' << std::string(what.types.begin(), what.types.end());
    for (const int test : what.tests) file << ' ' << test;
    file << '\n';
  }
  for (std::size_t k = 0; k < tests.size(); ++k) file << "test " << k << ' ' << tests[k] << '\n';
}

}  // namespace

const Selected selected = from_environment();
const bool looking = std::getenv("ENGRAM_MUTANTS_LOOK") != nullptr;

void reached(std::uint64_t site, char type) {
  const std::lock_guard lock(mutex);
  Seen& now = seen[site];
  now.types.insert(type);
  const int test = static_cast<int>(tests.size()) - 1;
  if (now.tests.empty() || now.tests.back() != test) now.tests.push_back(test);
}

}  // namespace engram::mutants

struct Watched {
  engram::mutants::Watcher watcher;
  Watched() { boost::unit_test::framework::register_observer(watcher); }
  ~Watched() {
    boost::unit_test::framework::deregister_observer(watcher);
    if (const char* path = std::getenv("ENGRAM_MUTANTS_LOOK")) engram::mutants::write(path);
  }
};
BOOST_TEST_GLOBAL_FIXTURE(Watched);
