// A first gradient: record a computation, run it backwards, differentiate the gradient again.
#include <cmath>
#include <cstdio>

#include "engram/engram.hpp"

using namespace engram;

int main() {
  // [first]
  Tape<double> tape;
  const auto x = tape.variable(Array<double>({3}, {0.5, 1.0, 2.0}));
  const auto y = sum(tanh(x) * x);               // recorded as it is computed
  const Array<double> dx = tape.backward(y)[x];  // one walk back over the tape
  // [end first]

  // [second]
  const auto dy = grad(y, {x})[0];            // the gradient, on the tape
  const auto second = grad(sum(dy), {x})[0];  // and its gradient
  // [end second]

  bool right = true;
  for (Index i = 0; i < dx.size(); ++i) {
    const double v = x.value()[i], t = std::tanh(v), s = 1 - t * t;
    std::printf("x %.1f  y' %+.6f  y'' %+.6f\n", v, dx[i], second.value()[i]);
    right = right && std::abs(dx[i] - (t + v * s)) < 1e-14 &&
            std::abs(second.value()[i] - (2 * s - 2 * v * t * s)) < 1e-14;
  }
  return right ? 0 : 1;
}
