// Tokens: what a text is cut into, characters or words.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace engram::language_model {

/// Characters are Unicode code points; words are what white space separates, with `kEndOfLine` at
/// the end of every line (`white_space.hpp`).
enum class Level : std::uint8_t { character, word };

inline constexpr std::string_view kEndOfLine = "<eos>";
inline constexpr std::string_view kUnknown = "<unk>";

/// "char" and "word", as on the command line. The text must be one of them.
Level level_of(std::string_view name);
/// "character" or "word", for messages.
std::string_view unit(Level level);

/// Calls `token(piece, offset)` for every token of `text`, which is UTF-8. A last line without an
/// end counts as a line.
void for_each_token(std::string_view text, Level level,
                    const std::function<void(std::string_view, std::size_t)>& token);

/// Puts tokens together again to a text: characters as they are, words with a blank between.
class Writing {
 public:
  explicit Writing(Level level) : level_(level) {}
  /// What `token` adds to the text so far.
  std::string add(std::string_view token);

 private:
  Level level_;
  bool line_start_ = true;
};

}  // namespace engram::language_model
