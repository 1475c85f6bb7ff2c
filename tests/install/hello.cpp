#include <iostream>

#include "engram/engram.hpp"

int main() {
  engram::Tape<float> tape;
  const auto x = tape.variable(engram::Array<float>({3}, {1, 2, 3}));
  const auto y = sum(x * x);
  std::cout << "hello from engram: y = " << y.item() << ", dy/dx =";
  for (const float dx : tape.backward(y)[x]) std::cout << ' ' << dx;
  std::cout << '\n';
}
