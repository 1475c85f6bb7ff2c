#include "engram/examples/language_model/vocabulary.hpp"

#include <algorithm>
#include <tuple>

#include "engram/examples/language_model/failure.hpp"
#include "engram/examples/language_model/utf8.hpp"
#include "engram/examples/language_model/white_space.hpp"

namespace engram::language_model {
namespace {

// A token as a message shows it: 'é' (U+00E9), or the code alone for a control character.
std::string shown(std::string_view token, Level level) {
  if (level == Level::word) return text("'", token, "'");
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(token[k]); };
  const std::size_t length = token.size();
  unsigned code = length == 1 ? byte(0) : byte(0) & (0x7Fu >> length);
  for (std::size_t k = 1; k < length; ++k) code = code << 6 | (byte(k) & 0x3Fu);
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", code);
  return code < 0x20 || code == 0x7F ? std::string(name) : text("'", token, "' (", name, ")");
}

}  // namespace

Vocabulary::Vocabulary(Level level, std::vector<std::string> tokens)
    : level_(level), tokens_(std::move(tokens)) {
  for (std::int32_t id = 0; id < size(); ++id) {
    const std::string& token = this->token(id);
    const bool good = level == Level::word
                          ? !token.empty()
                          : !token.empty() && code_point_length(token, 0) == token.size();
    if (!good) bad_data("token ", id, " of the vocabulary is not one ", unit(level));
    if (!ids_.emplace(token, id).second) {
      bad_data(shown(token, level), " is in the vocabulary twice");
    }
  }
}

Vocabulary Vocabulary::of(Level level, const Counts& counts, std::int64_t most,
                          std::int64_t minimum) {
  std::vector<std::string> tokens;
  if (level == Level::character) {
    for (const auto& [token, count] : counts) tokens.emplace_back(token);
    std::ranges::sort(tokens);  // the order of bytes is the order of code points
    return Vocabulary(level, std::move(tokens));
  }
  const auto is_special = [](std::string_view t) { return t == kEndOfLine || t == kUnknown; };
  std::vector<std::pair<std::int64_t, std::string_view>> words;
  for (const auto& [token, count] : counts) {
    if (count >= minimum && !is_special(token)) words.emplace_back(count, token);
  }
  std::ranges::sort(words, {},
                    [](const auto& word) { return std::tuple(-word.first, word.second); });
  if (most > 0 && std::ssize(words) > most - 2) {
    words.resize(static_cast<std::size_t>(std::max<std::int64_t>(most - 2, 0)));
  }
  tokens = {std::string(kEndOfLine), std::string(kUnknown)};
  for (const auto& [count, token] : words) tokens.emplace_back(token);
  return Vocabulary(level, std::move(tokens));
}

std::optional<std::int32_t> Vocabulary::find(std::string_view token) const {
  const auto at = ids_.find(std::string(token));
  return at == ids_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<std::int32_t> Vocabulary::unknown() const {
  return level_ == Level::word ? find(kUnknown) : std::nullopt;
}

Stream Vocabulary::encode(std::string_view text, std::string_view name) const {
  Stream ids;
  const auto unknown = this->unknown();
  for_each_token(text, level_, [&](std::string_view token, std::size_t offset) {
    const auto id = find(token);
    if (!id && !unknown) {
      const auto line =
          1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
      bad_data(name, ": the ", unit(level_), " ", shown(token, level_), " at byte ", offset,
               " (line ", line, ") is not in the vocabulary of ", size(), " that the model has");
    }
    ids.push_back(id ? *id : *unknown);
  });
  return ids;
}

Stream Vocabulary::encode_prompt(std::string_view prompt) const {
  require_utf8(prompt, "the prompt");
  const std::string text = with_one_end_of_line(std::string(prompt));
  Stream ids;
  for_each_token(text, level_, [&](std::string_view token, std::size_t offset) {
    // for_each_token ends the last line whether or not it has an end.
    if (level_ == Level::word && token == kEndOfLine && offset == text.size()) return;
    const auto id = find(token);
    if (!id) {
      bad_data("the prompt's ", unit(level_), " ", shown(token, level_), " at byte ", offset,
               " is unknown: it was not in the text that the model learned from");
    }
    ids.push_back(*id);
  });
  return ids;
}

std::string Vocabulary::decode(std::span<const std::int32_t> ids) const {
  Writing writing(level_);
  std::string out;
  for (const std::int32_t id : ids) out += writing.add(token(id));
  return out;
}

std::int64_t count_tokens(std::string_view text, Level level, Counts& counts, std::int64_t most) {
  std::int64_t seen = 0;
  for_each_token(text, level, [&](std::string_view token, std::size_t) {
    if (seen++ < most) ++counts[token];
  });
  return seen;
}

}  // namespace engram::language_model
