// Products and sums over many rows, block by block.
//
// The rows of a sequence are its steps. Blocks begin at multiples of their length, and sums take
// the last one first, as a walk back through the steps does: so a sequence that is cut into pieces
// of whole blocks (nn::over_segments) gives the same bits as one that is not.
#pragma once

#include <algorithm>

#include "engram/core/shape.hpp"

namespace engram {

/// Rows in a block: enough that a product of this many costs no more than as a part of a longer
/// one.
inline constexpr Index kRowBlock = 2048;

/// f(begin, end) for the blocks of `rows` rows, in their order.
void each_row_block(Index rows, const auto& f) {
  for (Index begin = 0; begin < rows; begin += kRowBlock) {
    f(begin, (std::min)(begin + kRowBlock, rows));
  }
}
/// The same, from the last block to the first.
void each_row_block_from_the_end(Index rows, const auto& f) {
  for (Index end = rows, begin; end > 0; end = begin) {
    begin = (end - 1) / kRowBlock * kRowBlock;
    f(begin, end);
  }
}

}  // namespace engram
