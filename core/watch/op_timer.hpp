// OpTimer: one op being timed. Internal: `record`, transformations and GradientTable make these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engram/core/error.hpp"
#include "engram/core/shape.hpp"

namespace engram {

struct Timeline;

/// Which way an op is run.
enum class Direction : std::uint8_t { forward, backward };

/// The time of one op on a tape, from here to `done`. Without a timeline it does nothing. Those of
/// a timeline lie one inside the other, and the time of the inner is not counted to the outer.
class OpTimer {
 public:
  explicit OpTimer(Timeline* timeline) : timeline_(timeline) {
    if (timeline_) begin();
  }
  /// Not done, the op threw: it is not counted.
  ~OpTimer() {
    if (timeline_) leave(0);
  }
  OpTimer(const OpTimer&) = delete;
  OpTimer& operator=(const OpTimer&) = delete;

  explicit operator bool() const { return timeline_ != nullptr; }
  /// Counts the op. Only with a timeline.
  void done(std::string_view op, Direction direction, const Shape& shape, std::size_t bytes,
            const Site& site);
  /// Nanoseconds on the steady clock.
  static std::int64_t now();

 private:
  void begin();
  void leave(std::int64_t took);

  Timeline* timeline_;
  OpTimer* outer_ = nullptr;
  std::int64_t began_ = 0, inside_ = 0;  ///< nanoseconds
};

}  // namespace engram
