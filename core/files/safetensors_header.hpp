// The header of a safetensors file, as text and as what it says. Internal: users save and load.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engram/core/shape.hpp"

namespace engram::files::safetensors {

/// The longest header, as in the reference implementation.
inline constexpr std::uint64_t kMaxHeader = 100'000'000;
/// The name under which a header has the strings of its metadata.
inline constexpr auto kMetadata = "__metadata__";

/// A tensor and where in the data it lies.
struct Entry {
  std::string name, dtype;  ///< the dtype may be one that nobody here knows
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct Header {
  std::map<std::string, std::string> metadata;
  std::vector<Entry> entries;  ///< in the order of their data, which they cover without holes
};

/// What `text` says of `data_size` bytes of data. Nothing in it is believed: throws `Error` for
/// anything that is not as the layout asks.
Header parsed(const std::string& text, std::uint64_t data_size);

/// The text of `header`, padded to 8 bytes. Throws `Error` for names that cannot be written.
std::string formatted(const Header& header);

std::string text_of(const std::vector<std::uint64_t>& shape);  ///< "[32,64]"
/// The same as an array has it. Throws `Error` when none can.
Shape shape_of(const std::vector<std::uint64_t>& shape);

// What a message shows of something from a file:
std::string shortened(const std::string& all);  ///< not without end, and no half characters
std::string in_quotes(const std::string& any);  ///< as JSON: no character in it does anything
std::string shown(const std::string& name);     ///< as it is where that is harmless, else quoted

}  // namespace engram::files::safetensors
