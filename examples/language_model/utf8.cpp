#include "engram/examples/language_model/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "engram/examples/language_model/failure.hpp"

namespace engram::language_model {
namespace {

struct Range {
  unsigned char low, high;
  bool holds(unsigned char byte) const { return low <= byte && byte <= high; }
};

// The rows of RFC 3629, section 4: the first byte, the second, and how many in all.
struct Form {
  Range first, second;
  std::size_t length;
};
constexpr std::array<Form, 9> kForms{{{{0x00, 0x7F}, {0x00, 0xFF}, 1},
                                      {{0xC2, 0xDF}, {0x80, 0xBF}, 2},
                                      {{0xE0, 0xE0}, {0xA0, 0xBF}, 3},
                                      {{0xE1, 0xEC}, {0x80, 0xBF}, 3},
                                      {{0xED, 0xED}, {0x80, 0x9F}, 3},
                                      {{0xEE, 0xEF}, {0x80, 0xBF}, 3},
                                      {{0xF0, 0xF0}, {0x90, 0xBF}, 4},
                                      {{0xF1, 0xF3}, {0x80, 0xBF}, 4},
                                      {{0xF4, 0xF4}, {0x80, 0x8F}, 4}}};

}  // namespace

std::size_t code_point_length(std::string_view bytes, std::size_t offset) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(bytes[offset + k]); };
  for (const Form& form : kForms) {
    if (!form.first.holds(byte(0))) continue;
    if (offset + form.length > bytes.size()) return 0;
    if (form.length > 1 && !form.second.holds(byte(1))) return 0;
    for (std::size_t k = 2; k < form.length; ++k) {
      if (!Range{0x80, 0xBF}.holds(byte(k))) return 0;
    }
    return form.length;
  }
  return 0;
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = code_point_length(bytes, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string printable(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = code_point_length(bytes, at);
    if (const auto byte = static_cast<unsigned char>(bytes[at]);
        length == 0 || byte < 0x20 || byte == 0x7F) {
      char code[8];
      std::snprintf(code, sizeof code, "\\x%02X", byte);
      out += code;
      ++at;
    } else {
      out += bytes.substr(at, length);
      at += length;
    }
  }
  return out;
}

void require_utf8(std::string_view bytes, std::string_view name) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = code_point_length(bytes, at);
    if (length == 0) {
      char byte[8];
      std::snprintf(byte, sizeof byte, "0x%02X", static_cast<unsigned char>(bytes[at]));
      bad_data(name, ": byte ", at, " (", byte, ", line ",
               1 + std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n'),
               ") is not UTF-8; convert the text first, for example with iconv -t UTF-8");
    }
    at += length;
  }
}

}  // namespace engram::language_model
