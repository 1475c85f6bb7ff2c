// White space: which characters separate words, and which end a line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace engram::language_model {

/// Bytes of the white space character that starts at `at`, or 0 when another one does: those with
/// the property White_Space of Unicode, U+0085, U+00A0, U+2028 and U+3000 among them.
std::size_t white_space_length(std::string_view text, std::size_t at);

/// `text` with one end of line: "\r\n" and a "\r" alone become "\n", as Python reads texts. Nothing
/// else ends a line.
std::string with_one_end_of_line(std::string text);

}  // namespace engram::language_model
