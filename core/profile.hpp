// Profile: where the time of a program goes, op by op.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engram/core/watch/op_timer.hpp"

namespace engram {

/// Times of the ops of any number of tapes on any number of threads:
///
///   Profile profile;
///   tape.profile(&profile);
///
/// Time is that of the clock on the wall, and that of an op is without the ops inside it: those
/// that its derivative rule records. It may be read while tapes are at work.
class Profile {
 public:
  /// Keeps the first `events` for `write_trace`, about 100 bytes each; the times of all count.
  explicit Profile(std::size_t events = 1'000'000);
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  /// An op in one direction, on all tapes.
  struct Row {
    std::string op;
    Direction direction;
    std::uint64_t calls;
    std::uint64_t bytes;       ///< of results (forward) or of their gradients (backward)
    std::int64_t nanoseconds;  ///< without the ops inside
  };
  /// The ops, the one that took longest first.
  std::vector<Row> rows() const;
  /// The same as a table to print.
  std::string report() const;
  /// Writes every call in the Trace Event Format, for https://ui.perfetto.dev or chrome://tracing.
  /// Throws `Error` when the file cannot be written; an earlier one stays then.
  void write_trace(const std::filesystem::path& path) const;

  /// The profile that the environment variable ENGRAM_PROFILE asks for, on which all tapes begin;
  /// null when it asks for none. With 1 it prints the report to stderr at the end of the program,
  /// with the name of a file it also writes the trace there.
  static Profile* of_environment();

  /// A timeline for a tape: a new one, or one whose tape is gone.
  std::shared_ptr<Timeline> timeline();

 private:
  const std::int64_t began_;
  const std::size_t limit_;
  const std::shared_ptr<std::atomic<std::int64_t>> room_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Timeline>> timelines_;
};

}  // namespace engram
