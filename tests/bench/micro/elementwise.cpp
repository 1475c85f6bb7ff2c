// Operations that go through their operands once: what an LSTM's equations are made of.
#include <array>

#include "engram/ops/ops.hpp"
#include "engram/tests/bench/micro/micro.hpp"

namespace engram::bench {
namespace {

using Operands = std::array<Var<float>, 2>;

/// `f` on two matrices, or on a matrix and a row that is broadcast.
template <class F>
void on_matrices(const char* name, bool row, F f) {
  // The gates of a step of char-128, those of char-512, and all steps of char-512.
  for (const Shape& shape : {Shape{25, 512}, Shape{25, 2048}, Shape{1250, 2048}}) {
    const Array<float> x = numbers(shape), z = numbers(row ? Shape{shape[1]} : shape);
    both_ways(name, text(shape[0], "x", shape[1]), shape.size(), [=](Tape<float>& tape) {
      return f(Operands{tape.variable(x), tape.variable(z)});
    });
  }
}

}  // namespace

void register_elementwise() {
  on_matrices("tanh", false, [](const Operands& x) { return tanh(x[0]); });
  on_matrices("sigmoid", false, [](const Operands& x) { return sigmoid(x[0]); });
  on_matrices("mul", false, [](const Operands& x) { return x[0] * x[1]; });
  // Backward it takes no time: both operands take the gradient as it is.
  on_matrices("add", false, [](const Operands& x) { return x[0] + x[1]; });
  on_matrices("add_bias", true, [](const Operands& x) { return x[0] + x[1]; });
}

}  // namespace engram::bench
