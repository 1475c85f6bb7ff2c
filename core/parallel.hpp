// parallel: the one place where threads are. TBB runs the work; nobody else includes it.
#pragma once

#include <functional>
#include <memory>

#include "engram/core/shape.hpp"

namespace engram {

/// A number of threads to share work among. Keep one for as long as there is work; results never
/// depend on how many there are.
class Workers {
 public:
  /// `threads` 0: as many as the machine has. Throws `Error` for a negative number.
  explicit Workers(int threads = 0);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }

  /// Calls f(0), ..., f(count - 1), each once, on these threads, and returns when all are done.
  /// An exception of one is thrown here after the others have ended.
  void each(Index count, const std::function<void(Index)>& f) const;

 private:
  struct Arena;
  int threads_;
  std::unique_ptr<Arena> arena_;
};

}  // namespace engram
