// How a run ends: the exit codes, and the errors that lead to them.
#pragma once

#include "engram/core/error.hpp"

namespace engram::language_model {

/// What the shell sees. An `Error` that is neither of the two below is a `failure`.
enum class Exit : int {
  success = 0,   ///< done, or stopped by a signal with everything saved
  failure = 1,   ///< a file cannot be written, memory is out, ...
  usage = 2,     ///< flags that make no sense
  bad_data = 3,  ///< a text, a prompt or a checkpoint that cannot be used
};

/// The command line asks for something that cannot be.
class BadUsage : public Error {
 public:
  using Error::Error;
};

/// A file or a prompt is not what it has to be.
class BadData : public Error {
 public:
  using Error::Error;
};

template <class... Parts>
[[noreturn]] void bad_usage(const Parts&... parts) {
  throw BadUsage(text(parts...));
}

template <class... Parts>
[[noreturn]] void bad_data(const Parts&... parts) {
  throw BadData(text(parts...));
}

}  // namespace engram::language_model
