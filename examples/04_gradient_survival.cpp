// Why the gradient survives in an LSTM: the size of d h_T / d x_t, step by step into the past, for
// a plain RNN and an LSTM with the same initial range of weights. Writes a program for gnuplot:
//   04_gradient_survival | gnuplot > gradient_survival.svg
#include <cmath>
#include <cstdio>
#include <vector>

#include "engram/engram.hpp"

using namespace engram;

namespace {

constexpr Index kSteps = 100, kBatch = 8, kHidden = 64, kInput = 16;

// The norm of the gradient of the last output by the input `distance` steps before it.
// [norms]
template <class Network>
std::vector<double> norms(const Network& network) {
  Tape<double> tape;
  Random random{2};
  const auto x = tape.variable(random.normal<double>({kSteps, kBatch, kInput}));
  const auto last = select(network(x).y, 0, kSteps - 1);
  const Array<double> dx = tape.backward(sum(last))[x];

  std::vector<double> out;
  const Index step = kBatch * kInput;
  for (Index t = kSteps - 1; t >= 0; --t) {
    double square = 0;
    for (Index i = 0; i < step; ++i) square += dx[t * step + i] * dx[t * step + i];
    out.push_back(std::sqrt(square));
  }
  return out;
}
// [end norms]

}  // namespace

int main() {
  Random random{1};
  const nn::Rnn<double> rnn{{.input = kInput, .hidden = kHidden}, random};
  const nn::Lstm<double> lstm{{.input = kInput, .hidden = kHidden}, random};
  const nn::Lstm<double> open{{.input = kInput, .hidden = kHidden, .forget_bias = 5}, random};
  const std::vector<std::vector<double>> curves{norms(rnn), norms(lstm), norms(open)};
  const char* titles[] = {"plain RNN", "LSTM, forget bias 1", "LSTM, forget bias 5"};

  std::puts(
      "set terminal svg size 720,420 font 'sans-serif,13' background 'white'\n"
      "set logscale y; set format y '10^{%T}'; set grid; set key bottom left\n"
      "set xlabel 'steps into the past'\n"
      "set ylabel 'norm of the gradient, relative to the last step'");
  for (std::size_t k = 0; k < curves.size(); ++k) {
    std::printf("$curve%zu << EOD\n", k);
    for (std::size_t t = 0; t < curves[k].size(); ++t)
      std::printf("%zu %.6e\n", t, curves[k][t] / curves[k][0]);
    std::puts("EOD");
  }
  std::printf("plot ");
  for (std::size_t k = 0; k < curves.size(); ++k) {
    std::printf("%s$curve%zu with lines linewidth 2 title '%s'", k ? ", " : "", k, titles[k]);
  }
  std::puts("");
  const auto kept = [&](std::size_t k) { return curves[k].back() / curves[k].front(); };
  return kept(2) > 1e-3 && kept(0) < 1e-6 * kept(2) ? 0 : 1;
}
