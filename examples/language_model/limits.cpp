#include "engram/examples/language_model/limits.hpp"

#include <algorithm>
#include <map>

#include "engram/core/error.hpp"

namespace engram::language_model {
namespace {

const std::map<std::string_view, Limits>& all() {
  static const std::map<std::string_view, Limits> limits{
      {"level", {.words = {"char", "word"}}},
      {"train-fraction", {.low = 0, .high = 1, .above = true}},
      {"vocabulary", {.low = 0}},
      {"min-count", {.low = 1}},
      {"layers", {.low = 1, .high = 64}},
      {"hidden", {.low = 1, .high = 65536}},
      {"embedding", {.low = 0, .high = 65536}},
      {"dropout", {.low = 0, .high = 0.99}},
      {"init", {.low = 0, .high = 1e3}},
      {"softmax", {.words = {"full", "adaptive"}}},
      {"batch", {.low = 1, .high = 1e6}},
      {"steps", {.low = 1, .high = 1e6}},
      {"epochs", {.low = 0}},
      {"optimizer", {.words = {"adam", "adamw", "sgd"}}},
      {"learning-rate", {.low = 0, .high = 1e6, .above = true}},
      {"momentum", {.low = 0, .high = 0.9999}},
      {"weight-decay", {.low = 0, .high = 1e3}},
      {"clip", {.low = 0}},
      {"schedule", {.words = {"constant", "step", "exponential", "cosine", "plateau"}}},
      {"decay", {.low = 0, .high = 1, .above = true}},
      {"decay-every", {.low = 1}},
      {"seed", {.low = 0, .high = 0x1p64}},
      {"shards", {.low = 1, .high = 4096}},
      {"max-minutes", {.low = 0}},
      {"threads", {.low = 0, .high = 4096}},
      {"eval-batch", {.low = 1, .high = 1e6}},
      {"report-every", {.low = 0}},
      {"save-minutes", {.low = 0, .above = true}},
  };
  return limits;
}

}  // namespace

const Limits* limits_of(std::string_view setting) {
  const auto at = all().find(setting);
  return at == all().end() ? nullptr : &at->second;
}

// nan is never within.
std::string problem(const Limits& limits, double value, std::string_view word) {
  const bool high_enough = limits.above ? value > limits.low : value >= limits.low;
  if (high_enough && value <= limits.high) return {};
  if (limits.above)
    return text("'", word, "' is not over ", limits.low, " and up to ", limits.high);
  return text("'", word, "' is not between ", limits.low, " and ", limits.high);
}

std::string problem(const Limits& limits, std::string_view word) {
  if (std::ranges::find(limits.words, word) != limits.words.end()) return {};
  std::string choices;
  for (const std::string& choice : limits.words) choices += (choices.empty() ? "" : ", ") + choice;
  return text("'", word, "' is none of ", choices);
}

}  // namespace engram::language_model
