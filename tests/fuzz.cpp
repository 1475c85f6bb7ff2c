// The bytes that fuzzing found worth keeping, once more: see tests/fuzz/fuzz.hpp.
#include <boost/test/unit_test.hpp>

#include "engram/tests/fuzz/replay.hpp"

BOOST_AUTO_TEST_SUITE(fuzz)

BOOST_AUTO_TEST_CASE(the_library_reads_or_refuses_its_corpus) {
  engram::fuzz::replay(engram::fuzz::library_targets());
}

BOOST_AUTO_TEST_CASE(a_finding_is_no_refusal) {
  const engram::fuzz::Target bad{
      "bad", [](engram::fuzz::Bytes) { engram::fuzz::require(false, "found"); }};
  BOOST_CHECK_THROW(engram::fuzz::run(bad, {}), std::logic_error);
  const engram::fuzz::Target refuses{"refuses", [](engram::fuzz::Bytes) { engram::fail("no"); }};
  BOOST_TEST((engram::fuzz::run(refuses, {}) == engram::fuzz::Outcome::error));
}

BOOST_AUTO_TEST_SUITE_END()
