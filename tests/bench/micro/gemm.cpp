// The matrix products of the training configurations, of one of two shards:
// "gemm/char-128/recurrent/transposed/packed".
#include "engram/core/product/gemm.hpp"

#include "engram/tests/bench/bench.hpp"
#include "engram/tests/bench/micro/micro.hpp"

namespace engram::bench {
namespace {

struct Product {
  Transpose ta, tb;
  Index m, n, k;
};

/// Shown as "FLOP/s=100G/s".
void count_operations(benchmark::State& state, const Product& p) {
  state.counters["FLOP/s"] = benchmark::Counter(2.0 * static_cast<double>(p.m * p.n * p.k),
                                                benchmark::Counter::kIsIterationInvariantRate);
}

void plain(benchmark::State& state, const Product& p) {
  const Array<float> a = numbers({p.m, p.k}), b = numbers({p.k, p.n});
  Array<float> c({p.m, p.n});
  float* to = c.edit();
  for (auto _ : state) {
    gemm(p.ta, p.tb, p.m, p.n, p.k, a.data(), b.data(), 0.F, to);
    benchmark::ClobberMemory();
  }
  count_operations(state, p);
}

/// What each step pays when the laying out is shared by many.
void packed(benchmark::State& state, const Product& p) {
  const Array<float> a = numbers({p.m, p.k}), b = numbers({p.k, p.n});
  Array<float> c({p.m, p.n});
  float* to = c.edit();
  PackedMatrix<float> right;
  right.pack(p.tb, p.m, p.n, p.k, b.data(), Pool::shared());
  for (auto _ : state) {
    right.multiply(a.data(), 0.F, to);
    benchmark::ClobberMemory();
  }
  count_operations(state, p);
}

/// Laying out itself.
void pack(benchmark::State& state, const Product& p) {
  const Array<float> b = numbers({p.k, p.n});
  PackedMatrix<float> right;
  for (auto _ : state) right.pack(p.tb, p.m, p.n, p.k, b.data(), Pool::shared());
}

void add(const std::string& name, const Product& p,
         void (*run)(benchmark::State&, const Product&)) {
  const std::string size = text("/", p.m, "x", p.n, "x", p.k);
  benchmark::RegisterBenchmark((name + size).c_str(),
                               [=](benchmark::State& state) { run(state, p); });
}

/// A product with weights [k, n] there, back to its input, and back to the weights, for which
/// nothing is used twice.
void three_ways(const std::string& name, Index m, Index n, Index k) {
  const Product there{Transpose::no, Transpose::no, m, n, k};
  const Product back{Transpose::no, Transpose::yes, m, k, n};
  for (const auto& [way, p] : {std::pair("forward", there), std::pair("transposed", back)}) {
    add(name + "/" + way + "/plain", p, plain);
    add(name + "/" + way + "/packed", p, packed);
    add(name + "/" + way + "/pack", p, pack);
  }
  add(name + "/weights/plain", {Transpose::yes, Transpose::no, k, n, m}, plain);
}

}  // namespace

void register_gemm() {
  for (const std::string config : {"char-128", "char-512", "ptb-small", "ptb-medium", "wt2"}) {
    const Sizes s = training_sizes(config);
    const Index lanes = s.batch / 2, rows = lanes * s.steps;
    three_ways("gemm/" + config + "/recurrent", lanes, 4 * s.hidden, s.hidden);
    three_ways("gemm/" + config + "/projection", rows, 4 * s.hidden, s.hidden);
    three_ways("gemm/" + config + "/readout", rows, s.vocabulary, s.hidden);
  }
}

}  // namespace engram::bench
