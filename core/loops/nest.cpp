#include "engram/core/loops/nest.hpp"

namespace engram {

Strides broadcast_strides(const Shape& from, const Strides& strides, const Shape& to) {
  Strides out{};
  const int shift = to.rank() - from.rank();
  for (int k = 0; k < from.rank(); ++k) {
    const auto axis = static_cast<std::size_t>(k);
    if (from[k] != 1) out[axis + static_cast<std::size_t>(shift)] = strides[axis];
  }
  return out;
}

}  // namespace engram
