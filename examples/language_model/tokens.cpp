#include "engram/examples/language_model/tokens.hpp"

#include "engram/examples/language_model/utf8.hpp"
#include "engram/examples/language_model/white_space.hpp"

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
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      token(kEndOfLine, at++);
    } else if (const std::size_t blank = white_space_length(text, at); blank > 0) {
      at += blank;
    } else {
      std::size_t stop = at;
      while (stop < text.size() && white_space_length(text, stop) == 0) ++stop;
      token(text.substr(at, stop - at), at);
      at = stop;
    }
  }
  if (!text.empty() && text.back() != '\n') token(kEndOfLine, text.size());
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
