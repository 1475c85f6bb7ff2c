// A profile counts what happened, no more, and takes no more time than there was.
#include "engram/core/profile.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "engram/core/derivatives.hpp"
#include "engram/core/shards.hpp"
#include "engram/tests/profile_help.hpp"
#include "engram/tests/tape_help.hpp"

namespace engram::testing {

BOOST_AUTO_TEST_SUITE(profile)

BOOST_AUTO_TEST_CASE(counts_calls_and_bytes) {
  Tape<double> tape;
  // [use]
  Profile profile;
  tape.profile(&profile);
  // [end use]
  work(tape);
  auto rows = by_name(profile);
  BOOST_TEST(rows.size() == 4U);
  BOOST_TEST(rows["mul"].calls == 2U);
  BOOST_TEST(rows["mul"].bytes == 2 * 8 * sizeof(double));
  BOOST_TEST(rows["sum"].calls == 1U);
  BOOST_TEST(rows["sum"].bytes == sizeof(double));
  BOOST_TEST(rows["mul (backward)"].calls == 2U);
  BOOST_TEST(rows["sum (backward)"].calls == 1U);
  tape.profile(nullptr);
  work(tape);
  BOOST_TEST(by_name(profile)["mul"].calls == 2U);
}

BOOST_AUTO_TEST_CASE(a_view_has_no_bytes_and_an_op_of_many_inputs_is_one_call) {
  Profile profile;
  Tape<float> tape;
  tape.profile(&profile);
  const auto x = tape.variable(Array<float>({4, 2}));
  static_cast<void>(concat({slice(x, 0, 0, 2), x}, 0));
  auto rows = by_name(profile);
  BOOST_TEST(rows["slice"].calls == 1U);
  BOOST_TEST(rows["slice"].bytes == 0U);
  BOOST_TEST(rows["concat"].calls == 1U);
  BOOST_TEST(rows["concat"].bytes == 12 * sizeof(float));
}

// An op that throws is not counted, and what comes after it does not lie inside it.

BOOST_AUTO_TEST_CASE(a_refused_op_is_no_call) {
  Profile profile;
  Tape<double> tape;
  tape.profile(&profile);
  const auto x = tape.variable(vector({1, 2})), y = tape.variable(vector({1, 2, 3}));
  BOOST_TEST(has(error_of([&] { static_cast<void>(x + y); }), "add: "));
  BOOST_TEST(profile.rows().empty());
  static_cast<void>(x * x);
  BOOST_TEST(by_name(profile)["mul"].calls == 1U);
}

// The rule of tanh records ops: its time is without theirs, so that all times together fit.

BOOST_AUTO_TEST_CASE(nested_ops_are_not_counted_twice) {
  Profile profile;
  Tape<double> tape;
  tape.profile(&profile);
  const auto begin = OpTimer::now();
  const auto x = tape.variable(Array<double>({100000}));
  static_cast<void>(grad(sum(tanh(x)), {x}));
  const auto wall = OpTimer::now() - begin;
  auto rows = by_name(profile);
  BOOST_TEST(rows["tanh (backward)"].calls == 1U);
  BOOST_TEST(rows["mul"].calls > 0U);  // of the rule
  std::int64_t all = 0;
  for (const auto& [name, row] : rows) {
    BOOST_TEST(row.nanoseconds >= 0);
    all += row.nanoseconds;
  }
  BOOST_TEST(all > 0);
  BOOST_TEST(all <= wall);

  // To the nanosecond: the calls that lie in no other take as long as the times without nesting.
  const Folder folder;
  profile.write_trace(folder.path / "trace.json");
  auto calls = calls_in(trace_in(folder.path / "trace.json"));
  std::sort(calls.begin(), calls.end(), [](const Json& a, const Json& b) {
    return a.at("ts").get<double>() < b.at("ts").get<double>();
  });
  double end = 0, outermost = 0;
  int inside = 0;
  for (const Json& call : calls) {
    const double from = call.at("ts"), took = call.at("dur");
    if (from < end) {
      ++inside;
      BOOST_TEST(from + took <= end + 1e-3);
      continue;
    }
    end = from + took;
    outermost += took;
  }
  BOOST_TEST(inside > 0);
  BOOST_TEST(std::abs(outermost * 1000 - static_cast<double>(all)) < 1);
}

// The products with a weight at all steps are one at the end, outside the steps of the pass.

BOOST_AUTO_TEST_CASE(what_a_pass_does_for_its_leaves) {
  Profile profile;
  Tape<double> tape;
  tape.profile(&profile);
  Param<double> w(Array<double>({3, 3})), table(Array<double>({5, 3}));
  auto h = tape.constant(Array<double>({2, 3}));
  for (int t = 0; t < 3; ++t) h = matmul(h, tape.read(w));
  tape.backward(sum(h + gather_rows(tape.read(table), Indices({2}, {1, 4}))));
  auto rows = by_name(profile);
  BOOST_TEST(rows["matmul (backward)"].calls == 3U);
  BOOST_TEST(rows["products of a leaf (backward)"].calls == 1U);
  BOOST_TEST(rows["rows of a leaf (backward)"].calls == 1U);
}

BOOST_AUTO_TEST_CASE(a_table_by_time) {
  Profile profile;
  Tape<double> tape;
  tape.profile(&profile);
  work(tape);
  const auto rows = profile.rows();
  for (std::size_t k = 1; k < rows.size(); ++k) {
    BOOST_TEST(rows[k - 1].nanoseconds >= rows[k].nanoseconds);
  }
  const std::string report = profile.report();
  for (const char* part : {"on 1 tape,", "mul (backward)      2 ", "128 B\n", "136 B\n", " %"}) {
    BOOST_TEST(has(report, part), part << " in\n" << report);
  }
  BOOST_TEST(has(Profile().report(), "all"));
}

// Tapes at work in threads, and a report meanwhile.

BOOST_AUTO_TEST_CASE(tapes_in_threads) {
  constexpr int kTurns = 200;
  Profile profile;
  std::array<Tape<double>, 2> tapes;
  for (auto& tape : tapes) tape.profile(&profile);
  std::array<std::thread, 2> threads;
  for (std::size_t k = 0; k < threads.size(); ++k) {
    threads[k] = std::thread([&, k] {
      for (int turn = 0; turn < kTurns; ++turn) {
        tapes[k].clear();
        work(tapes[k]);
      }
    });
  }
  for (int k = 0; k < 10; ++k) static_cast<void>(profile.report());
  for (auto& thread : threads) thread.join();
  BOOST_TEST(by_name(profile)["mul"].calls == 2U * 2U * kTurns);

  const Folder folder;
  profile.write_trace(folder.path / "trace.json");
  std::array<int, 2> calls{};
  for (const Json& call : calls_in(trace_in(folder.path / "trace.json"))) {
    ++calls.at(call.at("tid"));
  }
  BOOST_TEST(calls[0] == 6 * kTurns);
  BOOST_TEST(calls[1] == 6 * kTurns);
}

BOOST_AUTO_TEST_CASE(tapes_in_shards) {
  Profile profile;
  const Workers workers{2};
  Shards<double> shards{3, workers};
  for (int k = 0; k < shards.count(); ++k) shards.tape(k).profile(&profile);
  for (int step = 0; step < 4; ++step) shards.each([](int, Tape<double>& tape) { work(tape); });
  BOOST_TEST(by_name(profile)["sum"].calls == 12U);
}

// A program may make a tape for every step: the next takes the number of one that is gone.

BOOST_AUTO_TEST_CASE(tapes_one_after_the_other) {
  Profile profile;
  for (int step = 0; step < 3; ++step) {
    Tape<double> tape;
    tape.profile(&profile);
    std::thread([&] { work(tape); }).join();
  }
  BOOST_TEST(by_name(profile)["mul"].calls == 6U);
  BOOST_TEST(has(profile.report(), "on 1 tape,"));
}

// A tape may outlive its profile.

BOOST_AUTO_TEST_CASE(a_profile_that_is_gone) {
  Tape<double> tape;
  {
    Profile profile;
    tape.profile(&profile);
  }
  work(tape);
  BOOST_TEST(tape.size() == 4U);
}

// Run by this program for itself, with and without ENGRAM_PROFILE.

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
