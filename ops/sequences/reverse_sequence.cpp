#include "engram/ops/sequences/reverse_sequence.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/indexing/index_select.hpp"
#include "engram/ops/shapes/reshape.hpp"

namespace engram {

template <class T>
Var<T> reverse_sequence(const Var<T>& x, const Indices& lengths, Site site) {
  return within("reverse_sequence", x, site, [&] {
    const Shape shape = x.shape();
    if (shape.rank() < 2) fail("x ", shape, " has no axes for time and batch; need [T, B, ...]");
    const Index steps = shape[0], batch = shape[1];
    if (lengths.shape() != Shape{batch}) {
      fail("x ", shape, " and lengths ", lengths.shape(), "; need one length for each of ", batch,
           " sequences");
    }
    for (Index b = 0; b < batch; ++b) {
      if (lengths[b] < 0 || lengths[b] > steps) {
        fail("length ", lengths[b], " at position ", b,
             " is out of range; need 0 <= length <= ", steps);
      }
    }
    Shape rows = shape.without(0).with(0, steps * batch);
    Indices index = Indices::uninitialized({steps * batch});
    for (Index row = 0; row < index.size(); ++row) {
      const Index t = row / batch, b = row % batch;
      index.edit()[row] =
          static_cast<std::int32_t>(t < lengths[b] ? (lengths[b] - 1 - t) * batch + b : row);
    }
    return reshape(index_select(reshape(x, rows), 0, index), shape);
  });
}

template Var<float> reverse_sequence(const Var<float>&, const Indices&, Site);
template Var<double> reverse_sequence(const Var<double>&, const Indices&, Site);

}  // namespace engram
