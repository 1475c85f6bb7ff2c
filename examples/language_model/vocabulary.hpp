// Vocabulary: the tokens a model knows, and their numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engram/examples/language_model/tokens.hpp"

namespace engram::language_model {

/// How often each token occurs.
using Counts = std::unordered_map<std::string_view, std::int64_t>;

/// Token ids: a text as the model reads it.
using Stream = std::vector<std::int32_t>;

class Vocabulary {
 public:
  Vocabulary() = default;
  /// The tokens by their ids. Throws `BadData` when one comes twice or a character level has
  /// something that is not one code point.
  Vocabulary(Level level, std::vector<std::string> tokens);

  /// All characters counted, in the order of their code points; or the words that occur at least
  /// `minimum` times, the most frequent first, at most `most` of them (0: no limit) with `<eos>`
  /// and `<unk>`, which are always among them.
  static Vocabulary of(Level level, const Counts& counts, std::int64_t most = 0,
                       std::int64_t minimum = 1);

  Level level() const { return level_; }
  std::int32_t size() const { return static_cast<std::int32_t>(tokens_.size()); }
  const std::string& token(std::int32_t id) const { return tokens_[static_cast<std::size_t>(id)]; }
  const std::vector<std::string>& tokens() const { return tokens_; }
  std::optional<std::int32_t> find(std::string_view token) const;
  /// The id of `<unk>`, which a word model has.
  std::optional<std::int32_t> unknown() const;

  /// `text` as ids; a word that is not known becomes `<unk>`. Throws `BadData` for a character
  /// that is not known, naming it, its place and `name`.
  Stream encode(std::string_view text, std::string_view name) const;
  /// The same for a prompt: no end of line is added, and an unknown word throws too.
  Stream encode_prompt(std::string_view prompt) const;
  /// Ids as text.
  std::string decode(std::span<const std::int32_t> ids) const;

 private:
  Level level_ = Level::character;
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int32_t> ids_;
};

/// Adds the tokens of `text` to `counts`, which refer to its memory; stops after `most` tokens.
/// Returns how many tokens the text has.
std::int64_t count_tokens(std::string_view text, Level level, Counts& counts,
                          std::int64_t most = INT64_MAX);

}  // namespace engram::language_model
