// Single operations, by Google Benchmark:  ./bench.sh micro --benchmark_filter=tanh
#include "engram/tests/bench/micro/micro.hpp"

int main(int count, char** words) {
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  engram::bench::register_tape();
  engram::bench::register_elementwise();
  engram::bench::register_rows();
  engram::bench::register_gemm();
  benchmark::RunSpecifiedBenchmarks();
}
