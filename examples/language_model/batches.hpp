// Batches: a stream cut into lanes that are read side by side, a few steps at a time.
#pragma once

#include <span>
#include <utility>

#include "engram/core/array.hpp"

namespace engram::language_model {

/// Tokens and the tokens that follow them, both [T, B].
struct Chunk {
  Indices x, y;
};

/// A stream of N tokens as `lanes` contiguous parts of equal length, one below the other, so that
/// lane b goes on in the next chunk where it was: the state of a recurrent network is carried from
/// chunk to chunk. Every position predicts the next token, also over the end of a lane; the last
/// chunk may be shorter. Fewer than `lanes` predictions at the end of the stream are left over.
class Lanes {
 public:
  /// Refers to `stream`, which must outlive it. Throws `BadData` when a lane would be empty.
  Lanes(std::span<const std::int32_t> stream, Index lanes, Index steps);

  Index lanes() const { return lanes_; }
  /// Tokens that one lane predicts.
  Index length() const { return length_; }
  Index chunks() const { return (length_ + steps_ - 1) / steps_; }
  /// Time steps of chunk k.
  Index steps(Index k) const { return std::min(steps_, length_ - k * steps_); }

  /// Chunk k of the lanes [begin, end).
  Chunk chunk(Index k, Index begin, Index end) const;

  /// What is left over: where the last lane ends, up to the end of the stream; one lane, and
  /// empty ([0, 1]) when the division comes out even.
  Chunk rest() const;

 private:
  std::span<const std::int32_t> stream_;
  Index lanes_, steps_, length_;
};

/// The lanes [begin, end) of shard s of `shards`, as equal as can be.
std::pair<Index, Index> lanes_of_shard(Index lanes, Index shards, Index s);

/// Throws `BadData` when a text of `tokens` tokens is too short to train on: less than one full
/// chunk, lanes times steps predictions.
void require_length(Index tokens, Index lanes, Index steps, std::string_view unit);

}  // namespace engram::language_model
