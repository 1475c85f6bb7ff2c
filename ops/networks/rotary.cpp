#include "engram/ops/networks/rotary.hpp"

#include <cmath>

#include "engram/core/tape.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/shapes/concat.hpp"
#include "engram/ops/shapes/reshape.hpp"
#include "engram/ops/shapes/slice.hpp"

namespace engram {

template <class T>
Var<T> rotary_embedding(const Var<T>& x, const RotaryOptions& options, Site site) {
  return within("rotary_embedding", x, site, [&] {
    const Shape shape = x.shape();
    if (shape.rank() < 2 || shape.extent(-1) % 2 != 0) {
      fail("x ", shape, "; need [..., T, d] with d even");
    }
    if (!(options.base > 0)) fail("base ", options.base, "; need a number above 0");
    const Index steps = shape.extent(-2), pairs = shape.extent(-1) / 2;
    // The first and the second of each pair lie along axis -2, or -1 when they are neighbours.
    const int apart = options.interleaved ? -1 : -2;
    const Shape halves{steps, options.interleaved ? pairs : 2, options.interleaved ? 2 : pairs};
    const Shape table = halves.with(apart, 1);
    Array<T> cosines(table), sines(table);
    for (Index i = 0; i < cosines.size(); ++i) {
      const double turns =
          std::pow(options.base, -static_cast<double>(i % pairs) / static_cast<double>(pairs));
      const double angle = static_cast<double>(i / pairs + options.offset) * turns;
      cosines.edit()[i] = static_cast<T>(std::cos(angle));
      sines.edit()[i] = static_cast<T>(std::sin(angle));
    }
    Tape<T>& tape = x.tape();
    const Index batch = shape.axes(0, shape.rank() - 2).size();
    const Shape whole{batch, steps, halves[1], halves[2]};
    const Var<T> all = reshape(x, whole);
    const auto [a, b] = split<2>(all, apart);
    const Var<T> cosine = tape.constant(std::move(cosines));
    const Var<T> sine = tape.constant(std::move(sines));
    const Var<T> first = a * cosine - b * sine;
    const Var<T> second = a * sine + b * cosine;
    return reshape(concat({first, second}, apart), shape);
  });
}

template Var<float> rotary_embedding(const Var<float>&, const RotaryOptions&, Site);
template Var<double> rotary_embedding(const Var<double>&, const RotaryOptions&, Site);

}  // namespace engram
