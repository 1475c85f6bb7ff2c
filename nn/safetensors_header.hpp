// The header of a safetensors file, as text and as what it says. Internal: users save and load.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engram/core/shape.hpp"

namespace engram::nn::safetensors {

struct Dtype {
  const char* name;
  std::size_t bytes;
};
/// In the order of the alternatives of `Tensor`.
inline constexpr std::array<Dtype, 3> kDtypes{{{"F32", 4}, {"F64", 8}, {"I32", 4}}};

/// A tensor and where in the data it lies.
struct Entry {
  std::string name;
  std::size_t dtype;  ///< in kDtypes
  Shape shape;
  std::uint64_t begin = 0, end = 0;

  std::uint64_t bytes() const {
    return static_cast<std::uint64_t>(shape.size()) * kDtypes[dtype].bytes;
  }
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

}  // namespace engram::nn::safetensors
