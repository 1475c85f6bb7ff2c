// A race planted on purpose: two threads add to one number. Built only with the thread sanitizer,
// and the test passes when the sanitizer reports it: otherwise its silence elsewhere says nothing.
// With an argument there is no race, and it must be silent.
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include "engram/core/parallel.hpp"

int main(int count, char**) {
  const bool racing = count < 2;
  const engram::Workers workers(2);
  std::vector<int> own(8);
  int common = 0;
  for (int round = 0; round < 20; ++round) {
    workers.each(8, [&](engram::Index at) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // for the other thread to join in
      ++(racing ? common : own[static_cast<std::size_t>(at)]);
    });
    for (const int value : own) common += value;
  }
  std::cout << common << '\n';
}
