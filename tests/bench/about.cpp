// The machine and the libraries that figures were taken with.
#include <fstream>
#include <thread>

#include "engram/core/product/gemm.hpp"
#include "engram/tests/bench/bench.hpp"

namespace engram::bench {

Json about(const Options&) {
  std::string cpu = "unknown";
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      cpu = line.substr(line.find(':') + 2);
      break;
    }
  }
  return {{"cpu", cpu},
          {"cores", std::thread::hardware_concurrency()},
          {"blas", blas_name()},
          {"compiler", text("g++ ", __VERSION__)},
          {"flags", ENGRAM_BENCH_FLAGS}};
}

}  // namespace engram::bench
