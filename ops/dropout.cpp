#include "engram/ops/dropout.hpp"

#include "engram/core/tape.hpp"
#include "engram/ops/arithmetic.hpp"

namespace engram {

template <class T>
Var<T> dropout(const Var<T>& x, double p, Random& random, Site site) {
  if (!(p >= 0 && p < 1)) {
    throw located("dropout", Error(text("p = ", p, " is no probability to drop; need 0 <= p < 1")),
                  site);
  }
  if (p == 0) return x;
  Tape<T>& tape = x.tape();
  Array<T> mask = Array<T>::uninitialized(x.shape(), tape.pool());
  // 32 bits decide: p is met to within 2^-32.
  const auto threshold = static_cast<std::uint64_t>(p * 0x1p32);
  const T scale = static_cast<T>(1 / (1 - p));
  T* to = mask.edit();
  for (Index i = 0; i < mask.size(); ++i) to[i] = random.bits() < threshold ? T{0} : scale;
  return mul(x, tape.constant(std::move(mask), site), site);
}

template Var<float> dropout(const Var<float>&, double, Random&, Site);
template Var<double> dropout(const Var<double>&, double, Random&, Site);

}  // namespace engram
