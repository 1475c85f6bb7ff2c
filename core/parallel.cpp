#include "engram/core/parallel.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <thread>

#include "engram/core/error.hpp"

namespace engram {

struct Workers::Arena {
  explicit Arena(int threads)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)),
        arena(threads) {}
  tbb::global_control limit;  // TBB's own limit is the number of cores
  tbb::task_arena arena;
};

Workers::Workers(int threads)
    : threads_(threads == 0 ? std::max(1, static_cast<int>(std::thread::hardware_concurrency()))
                            : threads) {
  if (threads < 0) fail("Workers of ", threads, " threads; need at least 1, or 0 for all cores");
  arena_ = std::make_unique<Arena>(threads_);
}

Workers::~Workers() = default;

void Workers::each(Index count, const std::function<void(Index)>& f) const {
  arena_->arena.execute(
      [&] { tbb::parallel_for(Index{0}, count, f, tbb::static_partitioner{}); });
}

}  // namespace engram
