// Streams: which random numbers are for what.
#pragma once

#include "engram/core/random.hpp"

namespace engram::language_model {

/// The initial weights.
inline Random weights_stream(std::uint64_t seed) { return Random(seed, 0); }

/// The dropout of one shard in one step. A stream of its own for each: what is drawn depends on
/// neither threads nor earlier steps, so that nothing of it has to be saved.
inline Random dropout_stream(std::uint64_t seed, std::int64_t step, int shard) {
  return Random(seed, std::uint64_t{1} << 63 | static_cast<std::uint64_t>(step) << 16 |
                          static_cast<std::uint64_t>(shard));
}

}  // namespace engram::language_model
