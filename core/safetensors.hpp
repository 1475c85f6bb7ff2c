// Safetensors: named arrays in a file that other tools read too.
//
// The layout (https://github.com/huggingface/safetensors): the length of the header as 8 bytes,
// little-endian; the header, JSON with the dtype, shape and place of each tensor and a table of
// strings, `__metadata__`; the numbers, little-endian, row-major, one tensor after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engram/core/array.hpp"
#include "engram/core/patterns.hpp"

namespace engram::files {

/// A tensor as it lies in a file: one of a dtype, or of a shape, that no array has. It is written
/// again as it is, and becomes an array when `Tensors::as` asks for one.
struct Stored {
  std::string dtype;  ///< as files spell it: "BF16"
  std::vector<std::uint64_t> shape;
  std::shared_ptr<const std::vector<std::byte>> bytes;  ///< little-endian, row-major
};

/// F32, F64 and I32 in the file are arrays, everything else is `Stored`.
using Tensor = std::variant<Array<float>, Array<double>, Indices, Stored>;

/// In how many bits numbers are written: their own, 16 with the range of half precision (F16: to
/// 65504, 11 bits good), or 16 with the range of a float (BF16: 8 bits good).
enum class Precision { full, f16, bf16 };

/// `values` as they are written in `precision`, rounded to the nearest, of two equally near ones to
/// the even one. NaN and infinities stay, what is small becomes subnormal or 0. Throws `Error`
/// naming the first finite number that would become infinite.
template <class T>
Tensor stored(const Array<T>& values, Precision precision);

/// What a file holds.
struct Tensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;
  std::vector<std::string>
      not_read;  ///< names of tensors in the file that `load` was not asked for

  /// Adds a tensor. Throws `Error` when there is one of this name.
  void add(const std::string& name, Tensor tensor);

  /// The tensor of this name. Throws `Error` when it is missing, and says what there is, or has
  /// another dtype.
  template <class T>
  const Array<T>& get(const std::string& name) const;

  /// The tensor of this name as numbers of T, whatever its dtype. To float and double: F64, F32,
  /// F16, BF16, I8 to I64, U8 to U64 and BOOL (as 0 and 1), rounded to the nearest; to
  /// std::int32_t: those without fractions. Throws `Error` when it is missing, of another dtype
  /// (F8_E4M3 and what is not known), of a shape that no array has, or has a finite number beyond
  /// the range of T.
  template <class T>
  Array<T> as(const std::string& name) const;
};

/// Replaces `path` by a file of these tensors, whole or not at all. Throws `Error` when it cannot
/// be written, or for names that are not UTF-8.
void save(const std::filesystem::path& path, const Tensors& tensors);

/// Reads a file, whoever wrote it: all of it, or the tensors that are wanted. What a tensor is
/// makes no difference until somebody asks for it. Throws `Error` naming the file, the tensor and
/// the values for anything that is not as the layout asks. Takes time with the size of the file,
/// and memory for what is read, the header and 300 bytes a tensor.
Tensors load(const std::filesystem::path& path);
Tensors load(const std::filesystem::path& path, const Wanted& wanted);

/// `f()`, whose errors are about `path`.
template <class F>
auto about(const std::filesystem::path& path, F&& f) {
  try {
    return f();
  } catch (const Error& error) {
    fail(path.string(), ": ", error.what());
  }
}

}  // namespace engram::files
