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

std::int64_t Span::now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

void Span::begin() {
  const std::lock_guard lock(track_->mutex);
  outer_ = track_->innermost;
  track_->innermost = this;
  began_ = now();
}

void Span::leave(std::int64_t took) {
  const std::lock_guard lock(track_->mutex);
  track_->innermost = outer_;
  if (outer_) outer_->inside_ += took;
}

void Span::done(std::string_view op, Direction direction, const Shape& shape, std::size_t bytes,
                const Site& site) {
  const std::int64_t took = now() - began_;
  {
    const std::lock_guard lock(track_->mutex);
    auto& totals = track_->totals[static_cast<std::size_t>(direction)];
    auto at = totals.find(op);
    if (at == totals.end()) at = totals.emplace(op, Track::Total{}).first;
    auto& [name, total] = *at;
    ++total.calls;
    total.bytes += bytes;
    total.nanoseconds += took - inside_;
    if (take(*track_->room)) {
      track_->events.push_back({&name, direction, shape, bytes, site, began_, took});
    } else {
      ++track_->dropped;
    }
  }
  leave(took);
  track_ = nullptr;
}

}  // namespace engram
