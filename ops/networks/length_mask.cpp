#include "engram/ops/networks/length_mask.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"

namespace engram {
namespace {

template <class N>
Array<N> mask(const Indices& lengths, Index steps) {
  const Index count = lengths.size();
  for (Index b = 0; b < count; ++b) {
    if (lengths[b] < 0 || lengths[b] > steps) {
      fail("length ", lengths[b], " at position ", b,
           " is out of range; need 0 <= length <= ", steps);
    }
  }
  Array<N> y = Array<N>::uninitialized(lengths.shape().inserted(0, steps));
  N* to = y.edit();
  for (Index i = 0; i < y.size(); ++i) to[i] = i / count < lengths[i % count] ? N{1} : N{0};
  return y;
}

}  // namespace

template <class T>
Var<T> length_mask(Tape<T>& tape, const Indices& lengths, Index steps, Site site) {
  return within("length_mask", tape, site, [&] { return tape.constant(mask<T>(lengths, steps)); });
}

Indices length_mask(const Indices& lengths, Index steps, Site site) {
  return within("length_mask", site, [&] { return mask<std::int32_t>(lengths, steps); });
}

template Var<float> length_mask(Tape<float>&, const Indices&, Index, Site);
template Var<double> length_mask(Tape<double>&, const Indices&, Index, Site);

}  // namespace engram
