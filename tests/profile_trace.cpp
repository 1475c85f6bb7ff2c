// A profile as a file for a viewer, and as a program writes it that knows nothing of it.
#include <cstdio>
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "engram/tests/profile_help.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {
namespace {

// What one test case of this program says on both streams when ENGRAM_PROFILE is `value`.
std::string said_with(const std::string& value, int& status) {
  const std::string command = "ENGRAM_PROFILE='" + value + "' '" +
                              fs::read_symlink("/proc/self/exe").string() +
                              "' --run_test=profile_trace/of_the_environment 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  status = pclose(pipe);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profile_trace)

BOOST_AUTO_TEST_CASE(a_trace) {
  const Folder folder;
  const fs::path path = folder.path / "trace.json";
  Profile profile;
  Tape<double> tape;
  tape.profile(&profile);
  const auto line = std::to_string(__LINE__ + 1);
  tape.backward(sum(tape.variable(Array<double>({2, 4}))));
  profile.write_trace(path);
  BOOST_TEST(folder.files() == 1);
  const Json trace = trace_in(path);
  const auto calls = calls_in(trace);
  BOOST_TEST_REQUIRE(calls.size() == 2U);
  BOOST_TEST(calls[0].at("name") == "sum");
  BOOST_TEST(calls[0].at("cat") == "forward");
  BOOST_TEST(calls[0].at("args").at("shape") == "[]");
  BOOST_TEST(calls[0].at("args").at("bytes") == 8);
  BOOST_TEST(
      calls[0].at("args").at("site").get<std::string>().ends_with("profile_trace.cpp:" + line));
  BOOST_TEST(calls[1].at("name") == "sum");
  BOOST_TEST(calls[1].at("cat") == "backward");
  for (const Json& call : calls) {
    BOOST_TEST(call.at("pid") == getpid());
    BOOST_TEST(call.at("tid") == 0);
    BOOST_TEST(call.at("ts").get<double>() >= 0);
    BOOST_TEST(call.at("dur").get<double>() > 0);
  }
  BOOST_TEST(trace.at("otherData").at("events_kept") == 2);
  BOOST_TEST(trace.at("otherData").at("events_dropped") == 0);
}

BOOST_AUTO_TEST_CASE(a_trace_says_what_it_left_out) {
  const Folder folder;
  Profile profile{4};
  Tape<double> tape;
  tape.profile(&profile);
  work(tape);
  profile.write_trace(folder.path / "trace.json");
  const Json trace = trace_in(folder.path / "trace.json");
  BOOST_TEST(calls_in(trace).size() == 4U);
  BOOST_TEST(trace.at("otherData").at("events_dropped") == 2);
  BOOST_TEST(trace.at("otherData").at("events_limit") == 4);
  BOOST_TEST(has(trace.dump(), "only the first 4 of 6 calls"));
  BOOST_TEST(by_name(profile)["mul (backward)"].calls == 2U);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written) {
  const Folder folder;
  const fs::path path = folder.path / "missing" / "trace.json";
  const std::string error = error_of([&] { Profile().write_trace(path); });
  BOOST_TEST(has(error, "cannot write " + path.string() + ": No such file or directory"));
  BOOST_TEST(folder.files() == 0);
}

BOOST_AUTO_TEST_CASE(of_the_environment) {
  Tape<double> tape;
  work(tape);
  BOOST_TEST(!tape.timeline() == !Profile::of_environment());
}

BOOST_AUTO_TEST_CASE(nothing_unless_asked_for) {
  int status = -1;
  for (const char* value : {"", "0"}) {
    const std::string said = said_with(value, status);
    BOOST_TEST(status == 0);
    BOOST_TEST(!has(said, "mul"), said);
  }
  const std::string said = said_with("1", status);
  BOOST_TEST(status == 0);
  for (const char* part : {"on 1 tape,", "mul (backward)      2 "}) {
    BOOST_TEST(has(said, part), said);
  }
  BOOST_TEST(!has(said, "trace"), said);
}

BOOST_AUTO_TEST_CASE(a_trace_the_environment_asks_for) {
  const Folder folder;
  const fs::path path = folder.path / "trace.json", bad = folder.path / "missing" / "trace.json";
  int status = -1;
  std::string said = said_with(path.string(), status);
  BOOST_TEST(status == 0);
  BOOST_TEST(has(said, "trace: " + path.string()), said);
  BOOST_TEST(calls_in(trace_in(path)).size() == 6U);
  said = said_with(bad.string(), status);
  BOOST_TEST(status == 0);
  BOOST_TEST(has(said, "mul (backward)"), said);
  BOOST_TEST(has(said, "ENGRAM_PROFILE: cannot write " + bad.string() + ": No such file"), said);
  BOOST_TEST(folder.files() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
