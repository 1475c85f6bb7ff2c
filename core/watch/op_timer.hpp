// Span: one op being timed. Internal: `record`, transformations and GradientSlots make these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engram/core/error.hpp"
#include "engram/core/shape.hpp"

namespace engram {

struct Track;

/// Which way an op is run.
enum class Direction : std::uint8_t { forward, backward };

/// The time of one op on a tape, from here to `done`. Without a track it does nothing. Spans of a
/// track lie one inside the other, and the time of the inner is not counted to the outer.
class Span {
 public:
  explicit Span(Track* track) : track_(track) {
    if (track_) begin();
  }
  /// Not done, the op threw: it is not counted.
  ~Span() {
    if (track_) leave(0);
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

  explicit operator bool() const { return track_ != nullptr; }
  /// Counts the op. Only for a span with a track.
  void done(std::string_view op, Direction direction, const Shape& shape, std::size_t bytes,
            const Site& site);
  /// Nanoseconds on the steady clock.
  static std::int64_t now();

 private:
  void begin();
  void leave(std::int64_t took);

  Track* track_;
  Span* outer_ = nullptr;
  std::int64_t began_ = 0, inside_ = 0;  ///< nanoseconds
};

}  // namespace engram
