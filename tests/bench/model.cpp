#include "engram/tests/bench/model.hpp"

#include <cmath>
#include <map>

#include "engram/core/module.hpp"

namespace engram::bench {
namespace {

Sizes sizes_of(const std::map<std::string, Sizes>& known, const std::string& config) {
  const auto found = known.find(config);
  if (found != known.end()) return found->second;
  std::string names;
  for (const auto& [name, sizes] : known) names += (names.empty() ? "" : ", ") + name;
  fail("--config ", config, " is not known; ", names, " are");
}

}  // namespace

Sizes training_sizes(const std::string& config) {
  return sizes_of({{"char-128", {65, 128, 2, 50, 50}},
                   {"char-512", {65, 512, 2, 50, 50}},
                   {"ptb-small", {10000, 200, 2, 20, 20}},
                   {"ptb-medium", {10000, 650, 2, 20, 35}},
                   {"wt2", {33278, 200, 2, 20, 35}}},
                  config);
}

Sizes generation_sizes(const std::string& config) {
  return sizes_of({{"gen-65-128", {65, 128, 2, 1, 1}},
                   {"gen-65-512", {65, 512, 2, 1, 1}},
                   {"gen-10000-200", {10000, 200, 2, 1, 1}},
                   {"gen-10000-650", {10000, 650, 2, 1, 1}}},
                  config);
}

Model::Model(const Sizes& sizes, bool fused) : Model(sizes, fused, Random(1)) {}

Model::Model(const Sizes& sizes, bool fused, Random&& random)
    : embedding({.rows = sizes.vocabulary, .width = sizes.hidden}, random),
      lstm({.input = sizes.hidden, .hidden = sizes.hidden, .layers = sizes.layers, .fused = fused},
           random),
      readout({.in = sizes.hidden, .out = sizes.vocabulary}, random) {
  constexpr double kGolden = 0.6180339887498949;
  const double scale = 6 / std::sqrt(static_cast<double>(sizes.hidden));
  double at = 0;
  for (auto& param : parameters(*this)) {
    float* w = param.edit();
    for (Index i = 0; i < param.size(); ++i, ++at) {
      const double x = at * kGolden;
      w[i] = static_cast<float>(scale * (x - std::floor(x) - 0.5));
    }
  }
}

Model::Output Model::operator()(Tape<float>& tape, const Indices& tokens,
                                const State& state) const {
  const auto [y, next] = lstm(embedding(tape, tokens), state);
  return {reshape(y, {tokens.size(), y.extent(-1)}), next};
}

Text::Text(const Sizes& sizes) : sizes_(sizes) {
  const Index lane = kChunks * sizes.steps + 1;
  std::uint32_t x = 1;
  for (Index i = 0; i < sizes.batch * lane; ++i) {
    x = 1664525U * x + 1013904223U;  // Numerical Recipes' linear congruential generator
    tokens_.push_back(static_cast<std::int32_t>((x >> 8) % sizes.vocabulary));
  }
}

Indices Text::chunk(Index step, Index begin, Index lanes, Index shift) const {
  const Index lane = kChunks * sizes_.steps + 1;
  Indices out = Indices::uninitialized({sizes_.steps, lanes});
  std::int32_t* to = out.edit();
  for (Index t = 0; t < sizes_.steps; ++t) {
    for (Index b = 0; b < lanes; ++b) {
      const Index at = (begin + b) * lane + step % kChunks * sizes_.steps + t + shift;
      *to++ = tokens_[static_cast<std::size_t>(at)];
    }
  }
  return out;
}

}  // namespace engram::bench
