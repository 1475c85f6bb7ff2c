// UTF-8, read one code point at a time and strictly.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace engram::language_model {

/// Bytes of the code point that starts at `offset`: 1 to 4, or 0 when no valid one starts there
/// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t code_point_length(std::string_view bytes, std::size_t offset);

bool is_utf8(std::string_view bytes);

/// `bytes` for a message: what is not UTF-8 or a control character stands there as \\xFF.
std::string printable(std::string_view bytes);

/// Throws `BadData` naming `name` and the offset of the first byte that is not UTF-8.
void require_utf8(std::string_view bytes, std::string_view name);

}  // namespace engram::language_model
