// parallel: the one place where threads are. TBB runs the work; nobody else includes it.
#pragma once

#include <algorithm>
#include <cstdint>
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

/// Which f(at) of which `Workers::each` a thread is in. The parts of one call are numbered
/// [begin, end), and no number is used twice; all 0 outside. No result depends on it: it is there
/// for what must belong to one part alone to notice that it does not.
struct Part {
  std::uint64_t begin = 0, end = 0, number = 0;
};
inline constinit thread_local Part current_part;

/// Numbers in a block: enough to be worth handing to a thread, few enough to stay in its cache.
inline constexpr Index kBlock = 32768;

/// Calls f(begin, end) for blocks that cover [0, n), on `workers`, or here when it is null. The
/// blocks are the same for any number of threads, and so are sums that are formed by block.
template <class F>
void each_block(const Workers* workers, Index n, const F& f) {
  const Index blocks = (n + kBlock - 1) / kBlock;
  const auto block = [&](Index k) { f(k * kBlock, (std::min)(n, (k + 1) * kBlock)); };
  if (workers && blocks > 1) return workers->each(blocks, std::ref(block));
  for (Index k = 0; k < blocks; ++k) block(k);
}

}  // namespace engram
