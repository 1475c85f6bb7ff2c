// What the sweep has done, printed when it ends.
#pragma once

#include "engram/core/shape.hpp"

namespace engram::testing {

/// A fixture of the suites of the sweep: at the end of each it prints how many ops in how many rows
/// were tested, and how many numbers and assertions there were so far.
struct SweepSummary {
  ~SweepSummary();
  /// Counts numbers that were compared with expected ones.
  static void compared(Index numbers);
};

}  // namespace engram::testing
