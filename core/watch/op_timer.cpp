#include "engram/core/watch/op_timer.hpp"

#include <chrono>

#include "engram/core/watch/timeline.hpp"

namespace engram {
namespace {

// Whether there was room for one more.
bool take(std::atomic<std::int64_t>& room) {
  return room.load(std::memory_order_relaxed) > 0 &&
         room.fetch_sub(1, std::memory_order_relaxed) > 0;
}

}  // namespace

std::int64_t OpTimer::now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

void OpTimer::begin() {
  const std::lock_guard lock(timeline_->mutex);
  outer_ = timeline_->innermost;
  timeline_->innermost = this;
  began_ = now();
}

void OpTimer::leave(std::int64_t took) {
  const std::lock_guard lock(timeline_->mutex);
  timeline_->innermost = outer_;
  if (outer_) outer_->inside_ += took;
}

void OpTimer::done(std::string_view op, Direction direction, const Shape& shape, std::size_t bytes,
                   const Site& site) {
  const std::int64_t took = now() - began_;
  {
    const std::lock_guard lock(timeline_->mutex);
    auto& totals = timeline_->totals[static_cast<std::size_t>(direction)];
    auto at = totals.find(op);
    if (at == totals.end()) at = totals.emplace(op, Timeline::Total{}).first;
    auto& [name, total] = *at;
    ++total.calls;
    total.bytes += bytes;
    total.nanoseconds += took - inside_;
    if (take(*timeline_->room)) {
      timeline_->events.push_back({&name, direction, shape, bytes, site, began_, took});
    } else {
      ++timeline_->dropped;
    }
  }
  leave(took);
  timeline_ = nullptr;
}

}  // namespace engram
