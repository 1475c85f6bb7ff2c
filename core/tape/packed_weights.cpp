#include "engram/core/tape/packed_weights.hpp"

#include <algorithm>

#include "engram/core/tape.hpp"

namespace engram {

template <class T>
PackedWeights<T>::PackedWeights(Tape<T>& tape)
    : tape_(tape), entries_(PoolAllocator<Entry>(tape.pool())) {}

template <class T>
void PackedWeights<T>::multiply(Id id, Transpose tb, Index m, Index n, Index k, const T* a,
                                const T* b, T beta, T* c) {
  if (m > kFewRows || m == 0 || n == 0 || k == 0) {
    return gemm(tape_.workers(), Transpose::no, tb, m, n, k, a, b, beta, c);
  }
  Ways& ways = entries_[id];
  Way& way = tb == Transpose::yes ? ways.transposed : ways.forward;
  if (ways.forward.uses + ways.transposed.uses == 0) {
    note_first_use(id);
  }
  // What was repeated forward is repeated backward, so there the first use already pays.
  const bool again = ways.forward.uses + ways.transposed.uses > 1;
  if (++way.uses == 1 && !again) {
    return gemm(tape_.workers(), Transpose::no, tb, m, n, k, a, b, beta, c);
  }
  if (!way.packed.fits(m)) way.packed.pack(tb, m, n, k, b, tape_.pool());
  way.packed.multiply(a, beta, c);
}

// By the operation that is being recorded. Where what was recorded last is gone again, it may be
// one that comes before a use that is noted.
template <class T>
void PackedWeights<T>::note_first_use(Id leaf) {
  const FirstUse use{static_cast<Id>(tape_.size()), leaf};
  const auto at =
      std::find_if(first_uses_.rbegin(), first_uses_.rend(),
                   [&](const FirstUse& other) { return other.operation <= use.operation; });
  first_uses_.insert(at.base(), use);
}

template <class T>
bool PackedWeights<T>::is_repeated(Id id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && found->second.forward.uses + found->second.transposed.uses > 1;
}

template <class T>
void PackedWeights<T>::clear() {
  first_uses_.clear();
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto& [forward, transposed] = at->second;
    if (forward.uses + transposed.uses == 0) {
      at = entries_.erase(at);
      continue;
    }
    for (Way* way : {&forward, &transposed}) {
      way->uses = 0;
      way->packed.forget();
    }
    ++at;
  }
}

template class PackedWeights<float>;
template class PackedWeights<double>;

}  // namespace engram
