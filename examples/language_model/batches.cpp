#include "engram/examples/language_model/batches.hpp"

#include <algorithm>

#include "engram/examples/language_model/failure.hpp"

namespace engram::language_model {

Lanes::Lanes(std::span<const std::int32_t> stream, Index lanes, Index steps)
    : stream_(stream),
      lanes_(lanes),
      steps_(steps),
      length_((static_cast<Index>(stream.size()) - 1) / lanes) {
  if (stream.size() < 2 || length_ < 1) {
    bad_data("a text of ", stream.size(), " tokens cannot be cut into ", lanes, " lanes");
  }
}

Chunk Lanes::chunk(Index k, Index begin, Index end) const {
  const Shape shape{steps(k), end - begin};
  Chunk chunk{Indices::uninitialized(shape), Indices::uninitialized(shape)};
  std::int32_t* x = chunk.x.edit();
  std::int32_t* y = chunk.y.edit();
  for (Index t = k * steps_; t < k * steps_ + steps(k); ++t) {
    for (Index lane = begin; lane < end; ++lane) {
      const auto at = static_cast<std::size_t>(lane * length_ + t);
      *x++ = stream_[at];
      *y++ = stream_[at + 1];
    }
  }
  return chunk;
}

Chunk Lanes::rest() const {
  const auto begin = static_cast<std::size_t>(lanes_ * length_);
  const auto x = stream_.subspan(begin, stream_.size() - 1 - begin);
  const auto y = stream_.subspan(begin + 1);
  const Shape shape{static_cast<Index>(x.size()), 1};
  return {Indices(shape, x), Indices(shape, y)};
}

std::pair<Index, Index> lanes_of_shard(Index lanes, Index shards, Index s) {
  return {lanes * s / shards, lanes * (s + 1) / shards};
}

void require_length(Index tokens, Index lanes, Index steps, std::string_view unit) {
  if (tokens <= lanes * steps) {
    bad_data("the training text is too short: it has ", tokens, " ", unit, "s, and --batch ", lanes,
             " lanes of --steps ", steps, " need at least ", lanes * steps + 1,
             "; use a longer text, or a smaller --batch or --steps");
  }
}

}  // namespace engram::language_model
