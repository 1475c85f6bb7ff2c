#include "engram/examples/language_model/tokens.hpp"

#include "engram/examples/language_model/utf8.hpp"

namespace engram::language_model {

Level level_of(std::string_view name) { return name == "word" ? Level::word : Level::character; }

std::string_view unit(Level level) { return level == Level::word ? "word" : "character"; }

void for_each_token(std::string_view text, Level level,
                    const std::function<void(std::string_view, std::size_t)>& token) {
  if (level == Level::character) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = code_point_length(text, at);
      token(text.substr(at, length), at);
      at += length;
    }
    return;
  }
  constexpr std::string_view blanks = " \t\r\f\v";
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = std::min(text.find('\n', line), text.size());
    std::size_t at = line;
    while ((at = text.find_first_not_of(blanks, at)) < end) {
      const std::size_t stop = std::min(text.find_first_of(" \t\r\f\v\n", at), end);
      token(text.substr(at, stop - at), at);
      at = stop;
    }
    token(kEndOfLine, end);
    line = end + 1;
  }
}

std::string Writing::add(std::string_view token) {
  if (level_ == Level::character) return std::string(token);
  if (token == kEndOfLine) {
    line_start_ = true;
    return "\n";
  }
  std::string piece = line_start_ ? "" : " ";
  line_start_ = false;
  return piece.append(token);
}

}  // namespace engram::language_model
