#include "engram/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "engram/core/error.hpp"

// ThreadSanitizer does not understand the fences by which TBB orders work and would report races
// that are none. So this file is not instrumented (CMakeLists.txt) and says itself what happens
// before what. Both functions are null without the sanitizer.
extern "C" {
[[gnu::weak]] void __tsan_acquire(void* edge);  // NOLINT(bugprone-reserved-identifier)
[[gnu::weak]] void __tsan_release(void* edge);  // NOLINT(bugprone-reserved-identifier)
}

namespace engram {
namespace {

struct AcquireAtEnd {
  char& edge;
  ~AcquireAtEnd() {
    if (__tsan_acquire) __tsan_acquire(&edge);
  }
};

struct ReleaseAtEnd {
  char& edge;
  ~ReleaseAtEnd() {
    if (__tsan_release) __tsan_release(&edge);
  }
};

// A thread that waits inside one part may run another meanwhile, and comes back to it.
struct InPart {
  explicit InPart(const Part& part) : before(current_part) { current_part = part; }
  ~InPart() { current_part = before; }
  InPart(const InPart&) = delete;
  InPart& operator=(const InPart&) = delete;
  Part before;
};

// The parts of all calls so far; 0 is no part.
std::atomic<std::uint64_t> parts{1};

int cores() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

}  // namespace

struct Workers::Arena {
  explicit Arena(int threads) : arena(threads) {
    // TBB's own limit is the number of cores; whoever asks for more means it.
    if (threads > cores()) {
      limit.emplace(tbb::global_control::max_allowed_parallelism,
                    static_cast<std::size_t>(threads));
    }
  }
  std::optional<tbb::global_control> limit;
  tbb::task_arena arena;
};

Workers::Workers(int threads) : threads_(threads == 0 ? cores() : threads) {
  if (threads < 0) fail("Workers of ", threads, " threads; need at least 1, or 0 for all cores");
  arena_ = std::make_unique<Arena>(threads_);
}

Workers::~Workers() = default;

void Workers::each(Index count, const std::function<void(Index)>& f) const {
  const auto numbers = static_cast<std::uint64_t>(std::max<Index>(count, 0));
  const std::uint64_t first = parts.fetch_add(numbers, std::memory_order_relaxed);
  char start = 0, end = 0;  // two edges: the calls among themselves are not ordered
  const AcquireAtEnd join{end};
  if (__tsan_release) __tsan_release(&start);
  arena_->arena.execute([&] {
    tbb::parallel_for(
        Index{0}, count,
        [&](Index at) {
          if (__tsan_acquire) __tsan_acquire(&start);
          const ReleaseAtEnd done{end};
          const InPart in({first, first + numbers, first + static_cast<std::uint64_t>(at)});
          f(at);
        },
        tbb::static_partitioner{});
  });
}

}  // namespace engram
