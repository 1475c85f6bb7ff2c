#include "engram/ops/indexing/one_hot.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"

namespace engram {

template <class T>
Var<T> one_hot(Tape<T>& tape, const Indices& labels, Index classes, Site site) {
  return within("one_hot", tape, site, [&] {
    Array<T> y(labels.shape().inserted(labels.rank(), classes));
    T* to = y.edit();
    for (Index i = 0; i < labels.size(); ++i) {
      if (labels[i] < 0 || labels[i] >= classes) {
        fail("label ", labels[i], " at position ", i, " is no class; need 0 <= label < ", classes);
      }
      to[i * classes + labels[i]] = 1;
    }
    return tape.constant(std::move(y));
  });
}

template Var<float> one_hot(Tape<float>&, const Indices&, Index, Site);
template Var<double> one_hot(Tape<double>&, const Indices&, Index, Site);

}  // namespace engram
