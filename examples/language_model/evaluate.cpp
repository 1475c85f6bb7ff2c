#include "engram/examples/language_model/evaluate.hpp"

#include <algorithm>
#include <chrono>

#include "engram/examples/language_model/batches.hpp"

namespace engram::language_model {
namespace {

struct Part {
  Carried state;
  double loss = 0;
};

// The summed loss of a chunk; the state goes on.
void read(const LanguageModel& model, Tape<float>& tape, const Chunk& chunk, Part& part) {
  const NoRecord<float> values_only{tape};
  const auto [h, state] = model(tape, chunk.x, nn::on(tape, part.state));
  const Indices targets = chunk.y.reshaped({chunk.y.size()});
  part.loss +=
      static_cast<double>(model.loss(h, targets).item()) * static_cast<double>(targets.size());
  part.state = nn::values(state);
}

// Of a state [B, H], that of its last lane [1, H].
Carried last_lane(const Carried& state) {
  return state.map([](const Array<float>& v) {
    const Index width = v.extent(1);
    return v.window((v.extent(0) - 1) * width, {1, width});
  });
}

}  // namespace

std::optional<Evaluation> evaluate(const LanguageModel& model, std::span<const std::int32_t> stream,
                                   Index lanes, Index steps, Shards<float>& shards,
                                   const std::function<bool()>& stop) {
  const auto start = std::chrono::steady_clock::now();
  const Lanes cut(stream, std::clamp<Index>(static_cast<Index>(stream.size()) - 1, 1, lanes),
                  steps);
  std::vector<Part> parts(static_cast<std::size_t>(shards.count()));
  for (Index k = 0; k < cut.chunks(); ++k) {
    if (stop && stop()) return std::nullopt;
    shards.each([&](int s, Tape<float>& tape) {
      const auto [begin, end] = lanes_of_shard(cut.lanes(), shards.count(), s);
      if (begin < end)
        read(model, tape, cut.chunk(k, begin, end), parts[static_cast<std::size_t>(s)]);
    });
  }
  Part& last = parts.back();  // its last lane is the last one of all
  if (const Chunk rest = cut.rest(); rest.x.size() > 0) {
    last.state = last_lane(last.state);
    shards.tape(shards.count() - 1).clear();
    read(model, shards.tape(shards.count() - 1), rest, last);
  }
  double loss = 0;
  for (const Part& part : parts) loss += part.loss;
  const auto tokens = static_cast<std::int64_t>(stream.size()) - 1;
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  return Evaluation{loss / static_cast<double>(tokens), tokens,
                    static_cast<double>(tokens) / std::max(time.count(), 1e-9)};
}

}  // namespace engram::language_model
