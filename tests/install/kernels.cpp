// A program with a kernel of its own, compiled for a processor.
#include <iostream>

#include "engram/core/tape.hpp"
#include "engram/ops/elementwise/fused.hpp"

int main() {
  engram::Tape<float> tape;
  const auto x = tape.variable(engram::Array<float>({3}, {1, 2, 3}));
  std::cout << engram::fused([](auto v) { return v * v; })(x).value()[2] << " is the square of 3\n";
}
