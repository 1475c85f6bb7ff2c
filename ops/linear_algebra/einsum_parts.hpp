// The specification of an einsum, read and checked: numbers in place of letters.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engram/core/shape.hpp"

namespace engram::einsum_parts {

/// What names an axis: a letter, or for an axis of "..." how far it is from the last of these, as
/// -1, -2, ...
using Label = int;
using Labels = std::vector<Label>;

inline bool is_ellipsis(Label label) { return label < 0; }
bool contains(const Labels& labels, Label label);

/// The labels of the axes of each operand and of the result.
struct Terms {
  std::vector<Labels> operands;
  Labels result;
};

/// Throws `Error` for what cannot be read or does not fit operands of these shapes.
Terms read(std::string_view specification, std::span<const Shape> shapes);

}  // namespace engram::einsum_parts
