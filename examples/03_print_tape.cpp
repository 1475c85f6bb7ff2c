// Prints the tape of one step of an LSTM as a table; with --dot as a graph for Graphviz:
//   03_print_tape --dot | dot -Tsvg > tape.svg
#include <cstdio>
#include <cstring>

#include "engram/core/print.hpp"
#include "engram/engram.hpp"

using namespace engram;

int main(int argc, char** argv) {
  // [print]
  Tape<float> tape;
  const auto w = tape.variable(Array<float>({2, 2}, {1, -1, 2, 0.5f}));
  const auto x = tape.constant(Array<float>({1, 2}, {0.3f, -0.2f}));
  const auto loss = mean(square(tanh(matmul(x, w)) - 1));
  const std::string lines = table(tape);
  const std::string graph = graphviz(tape);
  // [end print]
  static_cast<void>(loss);
  const bool dot = argc > 1 && std::strcmp(argv[1], "--dot") == 0;
  std::fputs((dot ? graph : lines).c_str(), stdout);
  return lines.find("matmul") != std::string::npos ? 0 : 1;
}
