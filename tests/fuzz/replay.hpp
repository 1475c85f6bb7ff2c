// Runs what lies in tests/fuzz/corpus.
#pragma once

#include <fstream>
#include <iterator>

#include <boost/test/unit_test.hpp>

#include "engram/tests/fuzz/fuzz.hpp"

namespace engram::fuzz {

/// Every file of each target's folder. A folder must have some bytes that are read and some that
/// are refused, or it says nothing of the other.
inline void replay(std::span<const Target> targets) {
  namespace fs = std::filesystem;
  for (const Target& target : targets) {
    int results = 0, errors = 0;
    for (const auto& entry :
         fs::directory_iterator(fs::path(ENGRAM_SOURCE_DIR) / "tests/fuzz/corpus" / target.name)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      const Bytes view(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      BOOST_TEST_CONTEXT(entry.path().string()) {
        BOOST_CHECK_NO_THROW(++(run(target, view) == Outcome::result ? results : errors));
      }
    }
    BOOST_TEST_MESSAGE(target.name << ": " << results << " read, " << errors << " refused");
    BOOST_TEST(results > 0, target.name << ": nothing is read");
    BOOST_TEST(errors > 0, target.name << ": nothing is refused");
  }
}

}  // namespace engram::fuzz
