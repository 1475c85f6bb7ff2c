// A new recurrent layer: the minimal gated unit, checked, then trained.
#include <cstdio>

#include "engram/engram.hpp"

using namespace engram;

// [layer]
/// The minimal gated unit (G.-B. Zhou, J. Wu, C.-L. Zhang and Z.-H. Zhou, 2016): one gate decides
/// both what to forget and what to write. x [T, B, in] -> [T, B, H].
template <class T>
struct MinimalGatedUnit {
  using value_type = T;

  MinimalGatedUnit(Index input, Index hidden, Random& random)
      : gate({.in = input + hidden, .out = hidden}, random),
        candidate({.in = input + hidden, .out = hidden}, random) {}

  Var<T> operator()(const Var<T>& x) const {
    const Index batch = x.extent(1), hidden = gate.b.shape()[0];
    Var<T> h = x.tape().constant(Array<T>({batch, hidden}));
    return nn::over_time(x, [&](const Var<T>& now) {
      const auto f = sigmoid(gate(concat({now, h}, 1)));
      const auto fresh = tanh(candidate(concat({now, f * h}, 1)));
      h = (1 - f) * h + f * fresh;
      return h;
    });
  }

  void visit(auto&& f) { f("gate", gate), f("candidate", candidate); }

  nn::Linear<T> gate, candidate;
};
// [end layer]

int main() {
  Random random{1};
  // [check]
  const MinimalGatedUnit<double> proof{3, 4, random};
  const GradcheckResult result = gradcheck([&](auto& /*tape*/, auto x) { return proof(x[0]); },
                                           parameters(proof), {random.normal<double>({5, 2, 3})});
  // [end check]
  std::printf("%lld derivatives compared, largest error %.1e %s\n",
              static_cast<long long>(result.compared), result.worst, result.failure.c_str());
  if (!result.passed()) return 1;

  // It learns to say what it saw three steps ago.
  // [train]
  MinimalGatedUnit<float> unit{1, 24, random};
  nn::Linear<float> readout{{.in = 24, .out = 1}, random};
  optim::Adam<float> adam{parameters(unit, readout), {.learning_rate = 1e-2}};
  Tape<float> tape;
  float loss = 0;
  for (int step = 0; step < 400; ++step) {
    const Array<float> x = random.uniform<float>({12, 32, 1}, -1.0f, 1.0f);
    tape.clear();
    const auto seen = tape.constant(x);
    const auto error = mse(slice(readout(unit(seen)), 0, 3, 12), slice(seen, 0, 0, 9));
    adam.step(tape.backward(error));
    loss = error.item();
    if (step % 100 == 99) std::printf("step %3d  mean squared error %.4f\n", step + 1, loss);
  }
  // [end train]
  return loss < 0.1f ? 0 : 1;
}
