// The program language_model and what it is connected to: readers that are gone or do not read, a
// terminal that goes, signals while it waits.
#include <csignal>

#include <boost/test/unit_test.hpp>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "engram/tests/language_model_program.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_signals)

BOOST_AUTO_TEST_CASE(a_reader_that_is_gone_does_not_end_a_run) {
  const Workshop shop("no-reader");
  const auto in_child = [&](const Prepare& prepare) {
    const Outcome end = Program(shop, shop.train(), prepare).wait();
    BOOST_TEST(end.signal == 0);
    BOOST_TEST(contains(position_of(shop.checkpoint()), "\"epoch\":2"));
    return end.code;
  };
  BOOST_TEST(in_child([] {
               int ends[2];
               if (pipe(ends) != 0) _exit(98);
               dup2(ends[1], STDERR_FILENO);
               close(ends[0]), close(ends[1]);
             }) == 0);
  BOOST_TEST(in_child([] { close(STDERR_FILENO); }) == 0);
  BOOST_TEST(in_child([] { dup2(open("/dev/full", O_WRONLY), STDERR_FILENO); }) == 0);
  // What is to be printed at the end is a result: that it went nowhere is a failure.
  BOOST_TEST(in_child([] { close(STDOUT_FILENO); }) == 1);
  BOOST_TEST(contains(bytes_of(shop / "stderr"), "cannot write to standard output"));
  BOOST_TEST(in_child([] {
               int ends[2];
               if (pipe(ends) != 0) _exit(98);
               dup2(ends[1], STDOUT_FILENO);
               close(ends[0]), close(ends[1]);
             }) == 1);
}

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_read_does_not_keep_a_run_from_stopping) {
  const Workshop shop("slow-reader");
  int ends[2];
  BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  fcntl(ends[1], F_SETPIPE_SZ, 4096);
  Program program(shop, shop.train({"--epochs", "100000", "--report-every", "1"}),
                  [&] { dup2(ends[1], STDERR_FILENO); });
  const auto waiting = [&] {
    int bytes = 0;
    ioctl(ends[0], FIONREAD, &bytes);
    return bytes;
  };
  BOOST_REQUIRE(wait_until([&] {  // for some time it has written nothing more
    const int before = waiting();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return before > 0 && waiting() == before;
  }));
  program.send(SIGTERM);
  check_stopped_and_saved(program);
  BOOST_TEST(fs::exists(shop.checkpoint()));
  close(ends[0]), close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_terminal_that_goes_stops_a_run) {
  const Workshop shop("hangup");
  Program program(shop, shop.train(kEndless));
  BOOST_REQUIRE(wait_until([&] { return shop.reports() > 0; }));
  program.send(SIGHUP);
  const Outcome end = program.wait();
  BOOST_TEST(end.code == 0);
  BOOST_TEST(contains(end.err, "stopped after step"));

  const Workshop other("nohup");
  Program ignoring(other, other.train(kEndless), [] { std::signal(SIGHUP, SIG_IGN); });
  BOOST_REQUIRE(wait_until([&] { return other.reports() > 0; }));
  ignoring.send(SIGHUP);
  const std::size_t reports = other.reports();
  BOOST_TEST(wait_until([&] { return other.reports() > reports + 2; }));
  ignoring.send(SIGINT);
  check_stopped_and_saved(ignoring);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_it_wherever_it_waits) {
  const Workshop shop("waits");
  const fs::path fifo = shop / "fifo";
  BOOST_REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  for (const Arguments& arguments :
       {shop.train({"--text", fifo.string()}), shop.train({"--config", fifo.string()})}) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
      Program program(shop, arguments);
      int writer = -1;  // it cannot be opened before the program waits for it
      BOOST_REQUIRE(wait_until([&] {
        writer = open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        return writer >= 0;
      }));
      program.send(signal);
      const Outcome end = program.wait(std::chrono::seconds(5));
      close(writer);
      BOOST_TEST(end.signal == signal, arguments.back());
    }
  }
  BOOST_TEST(!fs::exists(shop.out));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
