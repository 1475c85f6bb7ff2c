#include "engram/ops/networks/dropout.hpp"

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/chain_rule.hpp"

namespace engram {
namespace {

void check(double p) {
  if (!(p >= 0 && p < 1)) fail("p = ", p, " is no probability to drop; need 0 <= p < 1");
}

// `hit` with probability p, `miss` otherwise.
template <class T>
Array<T> draw(const Shape& shape, double p, T hit, T miss, Random& random, Pool& pool) {
  Array<T> mask = Array<T>::uninitialized(shape, pool);
  // 32 bits decide: p is met to within 2^-32.
  const auto threshold = static_cast<std::uint64_t>(p * 0x1p32);
  T* to = mask.edit();
  for (Index i = 0; i < mask.size(); ++i) to[i] = random.bits() < threshold ? hit : miss;
  return mask;
}

template <class T>
Var<T> mask(Tape<T>& tape, const Shape& shape, double p, Random& random) {
  check(p);
  const T scale = static_cast<T>(1 / (1 - p));
  return tape.constant(draw(shape, p, T{0}, scale, random, tape.pool()));
}

// mask x, and 0 where the mask is, whatever x.
template <class T>
Var<T> masked(const Array<T>& mask, const Var<T>& x) {
  return elementwise(kernels::Chain{}, Site::current(), x.tape().constant(mask), x);
}

// x times a mask of this shape, which it has or broadcasts to x.
template <class T>
Var<T> dropped(const Var<T>& x, const Shape& shape, double p, Random& random) {
  check(p);
  if (p == 0) return x;
  return elementwise(kernels::Chain{}, Site::current(), mask(x.tape(), shape, p, random), x);
}

template <class T>
void check_states(const Var<T>& before, const Var<T>& after, double p) {
  if (before.shape() != after.shape()) {
    fail("before ", before.shape(), " and after ", after.shape(), "; need one shape");
  }
  if (!(p >= 0 && p <= 1)) fail("p = ", p, " is no probability to stay; need 0 <= p <= 1");
}

}  // namespace

template <class T>
Var<T> dropout(const Var<T>& x, double p, Random& random, Site site) {
  return within("dropout", x, site, [&] { return dropped(x, x.shape(), p, random); });
}

template <class T>
Var<T> dropout_mask(Tape<T>& tape, const Shape& shape, double p, Random& random, Site site) {
  return within("dropout_mask", tape, site, [&] { return mask(tape, shape, p, random); });
}

template <class T>
Var<T> variational_dropout(const Var<T>& x, double p, Random& random, Site site) {
  return within("variational_dropout", x, site, [&] {
    if (x.rank() == 0) fail("x is a scalar; need [T, ...]");
    return dropped(x, x.shape().without(0), p, random);
  });
}

template <class T>
Var<T> zoneout(const Var<T>& before, const Var<T>& after, double p, Random& random, Site site) {
  return within("zoneout", before, site, [&] {
    check_states(before, after, p);
    const Array<T> stays = draw(before.shape(), p, T{1}, T{0}, random, before.tape().pool());
    Array<T> moves = stays;
    for (T& m : std::span(moves.edit(), static_cast<std::size_t>(moves.size()))) m = 1 - m;
    return masked(stays, before) + masked(moves, after);
  });
}

template <class T>
Var<T> zoneout(const Var<T>& before, const Var<T>& after, double p, Site site) {
  return within("zoneout", before, site, [&] {
    check_states(before, after, p);
    if (p == 0) return after;
    if (p == 1) return before;
    const auto stays = static_cast<T>(p);
    return before * stays + after * (1 - stays);
  });
}

template <class T>
Var<T> weight_drop(const Var<T>& w, double p, Random& random, Site site) {
  return within("weight_drop", w, site, [&] { return dropped(w, w.shape(), p, random); });
}

template Var<float> dropout(const Var<float>&, double, Random&, Site);
template Var<double> dropout(const Var<double>&, double, Random&, Site);
template Var<float> dropout_mask(Tape<float>&, const Shape&, double, Random&, Site);
template Var<double> dropout_mask(Tape<double>&, const Shape&, double, Random&, Site);
template Var<float> variational_dropout(const Var<float>&, double, Random&, Site);
template Var<double> variational_dropout(const Var<double>&, double, Random&, Site);
template Var<float> zoneout(const Var<float>&, const Var<float>&, double, Random&, Site);
template Var<double> zoneout(const Var<double>&, const Var<double>&, double, Random&, Site);
template Var<float> zoneout(const Var<float>&, const Var<float>&, double, Site);
template Var<double> zoneout(const Var<double>&, const Var<double>&, double, Site);
template Var<float> weight_drop(const Var<float>&, double, Random&, Site);
template Var<double> weight_drop(const Var<double>&, double, Random&, Site);

}  // namespace engram
