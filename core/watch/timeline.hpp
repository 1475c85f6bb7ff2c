// Timeline: what the ops of one tape took. Internal: OpTimer writes it, Profile reads it.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engram/core/watch/op_timer.hpp"

namespace engram {

/// The part of a profile that one tape writes, from whatever thread uses the tape. A profile may be
/// read at any time, hence the lock: the tape is nearly always alone with it.
struct Timeline {
  struct Total {
    std::uint64_t calls = 0, bytes = 0;
    std::int64_t nanoseconds = 0;
  };
  struct Event {
    const std::string* op;  ///< a key of `totals`
    Direction direction;
    Shape shape;
    std::size_t bytes;
    Site site;
    std::int64_t began, took;  ///< nanoseconds
  };

  Timeline(int of, std::shared_ptr<std::atomic<std::int64_t>> left)
      : number(of), room(std::move(left)) {}

  const int number;
  const std::shared_ptr<std::atomic<std::int64_t>> room;  ///< events its profile may yet keep
  std::mutex mutex;                                       ///< held to change what follows
  std::array<std::map<std::string, Total, std::less<>>, 2> totals;  ///< by direction, by op
  std::deque<Event> events;
  std::uint64_t dropped = 0;  ///< events there was no room for
  OpTimer* innermost = nullptr;
};

}  // namespace engram
