// Derivatives in every direction: along a direction, of a gradient, as whole matrices.
#include <cmath>
#include <cstdio>

#include "engram/engram.hpp"

using namespace engram;

// Rosenbrock's valley (1960), whose bottom is at (1, 1).
// [valley]
auto valley(const auto& x) {
  const auto a = slice(x, 0, 0, 1), b = slice(x, 0, 1, 2);
  return sum(square(1 - a) + 100 * square(b - square(a)));
}
// [end valley]

namespace {

using V = Var<double>;

double dot(const Array<double>& a, const Array<double>& b) {
  double out = 0;
  for (Index i = 0; i < a.size(); ++i) out += a[i] * b[i];
  return out;
}

// a + s b
Array<double> plus(Array<double> a, double s, const Array<double>& b) {
  for (Index i = 0; i < a.size(); ++i) a.edit()[i] += s * b[i];
  return a;
}

// The step p with H p = -g, by conjugate gradients: H is never formed, only multiplied by.
// [newton]
Array<double> newton_step(const V& y, const V& x) {
  Tape<double>& tape = x.tape();
  Array<double> p(x.shape()), r = plus(p, -1, tape.backward(y)[x]), d = r;
  for (Index k = 0; k < x.size() && dot(r, r) > 0; ++k) {
    const Array<double> hd = hvp(y, x, tape.constant(d)).value();
    const double alpha = dot(r, r) / dot(d, hd);
    p = plus(p, alpha, d);
    const Array<double> next = plus(r, -alpha, hd);
    d = plus(next, dot(next, next) / dot(r, r), d);
    r = next;
  }
  return p;
}
// [end newton]

}  // namespace

int main() {
  Tape<double> tape;
  // [directions]
  const V x = tape.variable(Array<double>({2}, {-1.2, 1.0}));
  const V v = tape.constant(Array<double>({2}, {1.0, 2.0}));
  const V y = valley(x);
  const V slope = jvp(y, x, v);                               // <gradient, v>: one pass forwards
  const V bend = hvp(y, x, v);                                // H v: forward over reverse
  const Array<double> h = hessian(y, x);                      // [2, 2], a product for each row
  const V third = jvp(hvp(y, x, v, {.record = true}), x, v);  // recorded: derivatives go on
  // [end directions]
  std::printf("along v: %.1f, of the gradient: %.1f %.1f, once more: %.1f %.1f\n", slope.item(),
              bend.value()[0], bend.value()[1], third.value()[0], third.value()[1]);
  std::printf("Hessian: %.1f %.1f / %.1f %.1f\n", h[0], h[1], h[2], h[3]);

  Array<double> at = x.value();
  double height = y.item();
  int steps = 0;
  for (; height > 1e-20 && steps < 30; ++steps) {
    tape.clear();
    const V here = tape.variable(at);
    const V value = valley(here);
    height = value.item();
    at = plus(at, 1, newton_step(value, here));
  }
  std::printf("Newton's method is at (%.6f, %.6f) after %d steps\n", at[0], at[1], steps);
  return std::abs(at[0] - 1) < 1e-6 && std::abs(at[1] - 1) < 1e-6 ? 0 : 1;
}
