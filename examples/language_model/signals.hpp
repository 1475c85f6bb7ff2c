// Signals: being asked to stop, and writing where nobody reads.
#pragma once

#include <array>
#include <csignal>

namespace engram::language_model {

/// While one lives, the first SIGINT (Ctrl-C), SIGTERM or SIGHUP only sets a flag; the second ends
/// the program at once, in the way of that signal. A signal that the program was started to ignore,
/// as by nohup, stays ignored. At most one at a time; before and after it those signals end the
/// program wherever it waits.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Of the process, as signals are: whether one came since the last `StopSignals` began.
  static bool asked();

 private:
  static constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

/// While one lives, writing to a pipe that nobody reads any more, or past the limit on the size of
/// a file, is an error of that write and no signal that ends the program.
class WriteErrors {
 public:
  WriteErrors();
  ~WriteErrors();
  WriteErrors(const WriteErrors&) = delete;
  WriteErrors& operator=(const WriteErrors&) = delete;

 private:
  static constexpr std::array<int, 2> kSignals{SIGPIPE, SIGXFSZ};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace engram::language_model
