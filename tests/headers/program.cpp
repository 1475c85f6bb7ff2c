// A user's program, for .ci/check-headers: it compiles after the headers of the platform, with
// every warning that people turn on, and without RTTI.
#include "engram/core/xtensor.hpp"
#include "engram/engram.hpp"
#include "engram/ops/elementwise/elementwise_kernels.hpp"
#include "engram/ops/elementwise/fused.hpp"

namespace {

struct Swish {
  static constexpr auto name = "swish";
  static auto f(auto x) { return x / (1 + exp(-x)); }
  static auto df(auto x, auto y) {
    const auto s = 1 / (1 + exp(-x));
    return s + y * (1 - s);
  }
};

template <class T>
engram::Var<T> swish(const engram::Var<T>& x, engram::Site site = engram::Site::current()) {
  return engram::elementwise(Swish{}, site, x);
}

template <class T>
struct Model {
  using value_type = T;
  explicit Model(engram::Random& random)
      : embedding({.rows = 10, .width = 4}, random),
        lstm({.input = 4, .hidden = 8, .layers = 2, .dropout = 0.1}, random),
        readout({.in = 8, .out = 10}, random) {}
  void visit(auto&& f) { f("embedding", embedding), f("lstm", lstm), f("readout", readout); }

  engram::nn::Embedding<T> embedding;
  engram::nn::Lstm<T> lstm;
  engram::nn::Linear<T> readout;
};

template <class T>
T train() {
  using namespace engram;
  Random random{1};
  Model<T> model(random);
  optim::Adam<T> adam{parameters(model), {.learning_rate = 1e-2}};
  Tape<T> tape;
  const Indices ids({5, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 0});
  T loss_of_last = 0;
  for (int step = 0; step < 3; ++step) {
    tape.clear();
    const auto [h, state] = model.lstm(model.embedding(tape, ids));
    const auto loss = cross_entropy(model.readout(swish(h)), ids);
    auto gradients = tape.backward(loss);
    optim::clip_global_norm(gradients, 1.0);
    adam.step(gradients);
    loss_of_last = loss.item();
  }
  save_parameters("model.safetensors", model);
  load_parameters("model.safetensors", model);
  return loss_of_last;
}

template <class T>
T arithmetic() {
  using namespace engram;
  Tape<T> tape;
  const auto x = tape.variable(Array<T>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const auto y = tape.variable(Array<T>({3}, {1, 2, 3}));
  const auto gated = [](auto a, auto b) { return sigmoid(a) * b + tanh(b); };
  const auto z = fused(gated)(x, y) + sum(matmul(x, transpose(x)));
  return sum(z * z).item() + from_xtensor(as_xtensor(x.value()) + T{1})[0];
}

}  // namespace

int main() {
  const double all = static_cast<double>(train<float>()) + train<double>() +
                     static_cast<double>(arithmetic<float>()) + arithmetic<double>();
  return std::isfinite(all) ? 0 : 1;
}
