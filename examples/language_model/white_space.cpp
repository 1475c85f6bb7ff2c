#include "engram/examples/language_model/white_space.hpp"

namespace engram::language_model {

std::size_t white_space_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return first == ' ' || (first >= '\t' && first <= '\r') ? 1 : 0;
  const std::string_view rest = text.substr(at);
  if (first == 0xC2) return rest.starts_with("\u0085") || rest.starts_with("\u00A0") ? 2 : 0;
  if (first != 0xE1 && first != 0xE2 && first != 0xE3) return 0;
  if (rest.size() < 3) return 0;
  const auto second = static_cast<unsigned char>(rest[1]),
             third = static_cast<unsigned char>(rest[2]);
  const unsigned code = (first & 0xFu) << 12 | (second & 0x3Fu) << 6 | (third & 0x3Fu);
  const bool is_blank = code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
                        code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
  return is_blank ? 3 : 0;
}

std::string with_one_end_of_line(std::string text) {
  const std::size_t first = text.find('\r');
  if (first == std::string::npos) return text;
  std::size_t to = first;
  for (std::size_t from = first; from < text.size(); ++from) {
    if (text[from] == '\r' && from + 1 < text.size() && text[from + 1] == '\n') continue;
    text[to++] = text[from] == '\r' ? '\n' : text[from];
  }
  text.resize(to);
  return text;
}

}  // namespace engram::language_model
