// Signals: being asked to stop, between two steps.
#pragma once

namespace engram::language_model {

/// While one lives, the first SIGINT (Ctrl-C) or SIGTERM only sets a flag; the second ends the
/// program at once, in the way of that signal. Writing past a file size limit is an error of that
/// write and no signal. At most one at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool asked() const;
};

}  // namespace engram::language_model
