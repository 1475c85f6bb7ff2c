// What the tape costs beside the arithmetic: chains of scalar products. Items are nodes.
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/tests/bench/micro/micro.hpp"

namespace engram::bench {

void register_tape() {
  for (const int nodes : {100, 10'000, 1'000'000}) {  // in the nearest cache, a farther one, none
    both_ways("chain", std::to_string(nodes), nodes, [nodes](Tape<float>& tape) {
      Var<float> y = tape.variable(Array<float>::scalar(1));
      for (int k = 0; k < nodes; ++k) y = y * 1.0000001F;
      return y;
    });
  }
}

}  // namespace engram::bench
