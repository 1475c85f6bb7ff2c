// Safetensors: named arrays in a file that other tools read too.
//
// The layout (https://github.com/huggingface/safetensors): the length of the header as 8 bytes,
// little-endian; the header, JSON with the dtype, shape and place of each tensor and a table of
// strings, `__metadata__`; the numbers, little-endian, row-major, one tensor after the other.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <variant>

#include "engram/core/array.hpp"

namespace engram::nn {

/// F32, F64 or I32 in the file.
using Tensor = std::variant<Array<float>, Array<double>, Indices>;

/// What a file holds.
struct Tensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;

  /// The tensor of this name. Throws `Error` when it is missing, and says what there is, or has
  /// another dtype.
  template <class T>
  const Array<T>& get(const std::string& name) const;
};

/// Replaces `path` by a file of these tensors, whole or not at all. Throws `Error` when it cannot
/// be written, or for names that are not UTF-8.
void save(const std::filesystem::path& path, const Tensors& tensors);

/// Reads a file, whoever wrote it. Throws `Error` naming the file, the tensor and the values for
/// anything that is not as the layout asks.
Tensors load(const std::filesystem::path& path);

}  // namespace engram::nn
