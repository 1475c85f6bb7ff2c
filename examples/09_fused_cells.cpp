// Cells of your own with fused gates: the same function as from primitives, with all its
// derivatives, on a shorter tape.
#include "engram/examples/09_fused_cells.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

using namespace engram;

namespace {

constexpr Index kSteps = 7, kBatch = 4, kInput = 5, kHidden = 19;
constexpr double kLimit = 1e-12;

struct Result {
  /// The outputs, the derivatives of a loss by the input and all parameters, and those of the
  /// squared norm of the first derivatives.
  std::array<std::vector<Array<double>>, 3> orders;
  std::size_t nodes;  ///< on the tape before anything is differentiated
};

Result run(auto& cell, const Array<double>& data, bool fuse) {
  Tape<double> tape;
  const auto x = tape.variable(data);
  const auto y = cell(x, fuse);
  const auto loss = mean(square(y));
  Result out{.orders = {}, .nodes = tape.size()};
  out.orders[0].push_back(y.value());

  std::vector<Var<double>> inputs{x};
  for (const auto& param : parameters(cell)) inputs.push_back(tape.read(param));
  const auto gradients = tape.backward(loss);
  for (const auto& input : inputs) out.orders[1].push_back(gradients[input]);

  auto norm = tape.constant(Array<double>::scalar(0));
  for (const auto& gradient : grad(loss, inputs)) norm = norm + sum(square(gradient));
  for (const auto& second : grad(norm, inputs)) out.orders[2].push_back(second.value());
  return out;
}

/// The largest difference, relative to the largest element of `a`.
double difference(const Array<double>& a, const Array<double>& b) {
  Tape<double> tape;
  const auto expected = tape.constant(a);
  return (max(abs(tape.constant(b) - expected)) / max(abs(expected))).item();
}

bool agree(const char* name, auto cell, const Array<double>& x) {
  const Result primitives = run(cell, x, false), fused = run(cell, x, true);
  std::printf("%-14s %5zu %5zu", name, primitives.nodes, fused.nodes);
  bool good = fused.nodes < primitives.nodes;
  for (std::size_t order = 0; order < 3; ++order) {
    double worst = 0;
    for (std::size_t k = 0; k < primitives.orders[order].size(); ++k) {
      const double d = difference(primitives.orders[order][k], fused.orders[order][k]);
      worst = std::max(worst, d);
      good = good && d < kLimit;
    }
    std::printf("  %.1e", worst);
  }
  std::puts("");
  return good;
}

}  // namespace

int main() {
  Random random{1};
  const Array<double> x = random.normal<double>({kSteps, kBatch, kInput});
  std::puts("               nodes fused  values   first    second derivatives: differences");
  const bool gru = agree("GRU", fused_cells::Gru<double>(kInput, kHidden, random), x);
  const bool peepholes =
      agree("peephole LSTM", fused_cells::PeepholeLstm<double>(kInput, kHidden, random), x);
  return gru && peepholes ? 0 : 1;
}
