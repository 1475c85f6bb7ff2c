// Calls to the system that fail when a test says so.
#pragma once

namespace engram::testing {

/// While it lives, one of the calls with which this thread works on files fails: open, openat,
/// close, stat, fstat, readlink, flock, fchmod, write, pread, fsync, renameat, renameat2, unlinkat.
class Fault {
 public:
  static constexpr int kShort = 0;  ///< instead of an error: a write or a pread does half its work

  /// The call with this number, from 0 on, fails with `error`; or all from there on.
  Fault(int number, int error, bool and_all_after = false);
  ~Fault();
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;

  /// The last call that failed; null when none did.
  const char* struck() const;
};

}  // namespace engram::testing
