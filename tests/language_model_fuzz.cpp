// The bytes that fuzzing the application found worth keeping, once more: see tests/fuzz/fuzz.hpp.
#include <boost/test/unit_test.hpp>

#include "engram/tests/fuzz/replay.hpp"

BOOST_AUTO_TEST_SUITE(language_model_fuzz)

BOOST_AUTO_TEST_CASE(the_application_reads_or_refuses_its_corpus) {
  engram::fuzz::replay(engram::fuzz::application_targets());
}

BOOST_AUTO_TEST_SUITE_END()
