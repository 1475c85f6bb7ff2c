// What the tape itself costs: a chain of a million scalar operations, forward and backward.
#include <fstream>

#include <unistd.h>

#include "engram/core/tape.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/tests/bench/bench.hpp"

namespace engram::bench {
namespace {

constexpr int kNodes = 1'000'000;

float run(Tape<float>& tape) {
  tape.clear();
  const Var<float> x = tape.variable(Array<float>::scalar(1));
  Var<float> y = x;
  for (int k = 0; k < kNodes; ++k) y = y * 1.0000001F;
  return tape.backward(y)[x].item();
}

// What the process holds of the machine's memory, in bytes.
double resident() {
  std::ifstream pages("/proc/self/statm");
  double all = 0, held = 0;
  pages >> all >> held;
  return held * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

Json chain(const Options& options) {
  Tape<float> tape;
  const double before = resident();
  run(tape);  // all memory is kept by the tape: what it holds now is the most it ever held
  const double bytes = resident() - before;
  const auto seconds = times(options.seconds, 1, [&] { run(tape); });
  return {{"nanoseconds_per_node", quantile(seconds, 0.5) / kNodes * 1e9},
          {"bytes_per_node", bytes / kNodes}};
}

}  // namespace engram::bench
