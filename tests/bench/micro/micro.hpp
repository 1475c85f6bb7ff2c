// What the micro-benchmarks share: an operation is timed forward, recorded, and then backward.
#pragma once

#include <benchmark/benchmark.h>

#include "engram/core/random.hpp"
#include "engram/core/tape.hpp"

namespace engram::bench {

inline Array<float> numbers(const Shape& shape) { return Random(1).uniform<float>(shape, -1, 1); }

/// Times f(tape), which records one operation, with the leaves it needs.
void forward(benchmark::State& state, const auto& f) {
  Tape<float> tape;
  f(tape);  // from here on the tape has its memory
  for (auto _ : state) {
    tape.clear();
    benchmark::DoNotOptimize(f(tape));
  }
}

/// Times the derivative of what f(tape) records.
void backward(benchmark::State& state, const auto& f) {
  Tape<float> tape;
  const Var<float> y = f(tape);
  const Var<float> seed = tape.constant(Array<float>::full(y.shape(), 1));
  tape.backward(y, {.seed = seed});
  for (auto _ : state) benchmark::DoNotOptimize(tape.backward(y, {.seed = seed}));
}

/// Both ways under one name: "tanh/forward/350x65". `items` counts what an operation works on.
template <class F>
void both_ways(const std::string& name, const std::string& size, Index items, F f) {
  const auto timed = [&](const char* way, auto run) {
    benchmark::RegisterBenchmark((name + "/" + way + "/" + size).c_str(),
                                 [=](benchmark::State& state) {
                                   run(state);
                                   state.SetItemsProcessed(state.iterations() * items);
                                 });
  };
  timed("forward", [f](benchmark::State& state) { forward(state, f); });
  timed("backward", [f](benchmark::State& state) { backward(state, f); });
}

// The benchmarks, each in its file.
void register_elementwise();
void register_gemm();
void register_rows();
void register_tape();

}  // namespace engram::bench
