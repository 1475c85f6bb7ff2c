// The floor under a training step: its matrix products alone, each with the fastest library found.
#include <array>
#include <functional>

#include <dlfcn.h>

#include "engram/core/parallel.hpp"
#include "engram/core/product/gemm.hpp"
#include "engram/tests/bench/bench.hpp"

namespace engram::bench {
namespace {

/// c = op(a) op(b), `times` times in a row with one b: other rows of a and c each time.
struct Product {
  const char* name;
  Transpose ta, tb;
  Index m, n, k, times;
};

// The products of one shard of `lanes` sequences. The recurrent ones can be no larger than a
// step; everything else is one product over all steps.
std::vector<Product> products(const Sizes& s, Index lanes) {
  constexpr auto no = Transpose::no, yes = Transpose::yes;
  const Index rows = lanes * s.steps, h = s.hidden, gates = 4 * s.hidden, v = s.vocabulary;
  std::vector<Product> out{{"logits", no, no, rows, v, h, 1},
                           {"d readout", yes, no, h, v, rows, 1},
                           {"d output", no, yes, rows, h, v, 1}};
  for (Index layer = 0; layer < s.layers; ++layer) {
    out.insert(out.end(), {{"projection", no, no, rows, gates, h, 1},
                           {"d projection", yes, no, h, gates, rows, 1},
                           {"d input", no, yes, rows, h, gates, 1},
                           {"recurrent", no, no, lanes, gates, h, s.steps},
                           {"d state", no, yes, lanes, h, gates, s.steps},
                           {"d recurrent", yes, no, h, gates, rows, 1}});
  }
  return out;
}

using Sgemm = void (*)(int order, int ta, int tb, int m, int n, int k, float alpha, const float* a,
                       int lda, const float* b, int ldb, float beta, float* c, int ldc);

// A library beside the one that is linked; null when it is not there.
Sgemm sgemm_of(const char* library) {
  void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  return handle ? reinterpret_cast<Sgemm>(dlsym(handle, "cblas_sgemm")) : nullptr;
}

class Task {
 public:
  explicit Task(const Product& p)
      : p_(p),
        a_(numbers(p.m * p.k * p.times)),
        b_(numbers(p.k * p.n)),
        c_(numbers(p.m * p.n * p.times)) {
    static const Sgemm openblas = sgemm_of("libopenblas.so.0"), blis = sgemm_of("libblis.so.4");
    ways_.push_back({"engram", [this] {
                       each([&](const float* a, float* c) {
                         gemm(p_.ta, p_.tb, p_.m, p_.n, p_.k, a, b_.data(), 0.F, c);
                       });
                     }});
    if (p.times > 1) {
      ways_.push_back({"packed", [this] {
                         packed_.pack(p_.tb, p_.m, p_.n, p_.k, b_.data(), Pool::shared());
                         each([&](const float* a, float* c) { packed_.multiply(a, 0.F, c); });
                       }});
    }
    for (const auto& [name, f] : {std::pair("openblas", openblas), std::pair("blis", blis)}) {
      if (f) ways_.push_back({name, [this, f] { blas(f); }});
    }
  }
  Task(Task&&) = delete;

  void choose() {
    double best = 1e9;
    for (const Way& way : ways_) {
      const double median = quantile(times(0.05, 1, way.run), 0.5);
      if (median < best) {
        best = median;
        chosen_ = &way;
      }
    }
  }
  void run() const { chosen_->run(); }
  std::string said() const { return text(p_.name, ": ", chosen_->name); }

 private:
  struct Way {
    const char* name;
    std::function<void()> run;
  };

  // Not zeros: processors take less power for them, and may be faster then.
  static std::vector<float> numbers(Index n) {
    std::vector<float> out(static_cast<std::size_t>(n));
    std::uint32_t x = 1;
    for (float& value : out) {
      x = 1664525U * x + 1013904223U;  // Numerical Recipes' linear congruential generator
      value = static_cast<float>(x >> 8) / static_cast<float>(1 << 24) - 0.5F;
    }
    return out;
  }
  void each(const auto& f) {
    for (Index t = 0; t < p_.times; ++t) {
      f(a_.data() + t * p_.m * p_.k, c_.data() + t * p_.m * p_.n);
    }
  }
  void blas(Sgemm f) {
    constexpr int kRowMajor = 101, kPlain = 111, kTransposed = 112;
    const bool ta = p_.ta == Transpose::yes, tb = p_.tb == Transpose::yes;
    const int m = static_cast<int>(p_.m), n = static_cast<int>(p_.n), k = static_cast<int>(p_.k);
    each([&](const float* a, float* c) {
      f(kRowMajor, ta ? kTransposed : kPlain, tb ? kTransposed : kPlain, m, n, k, 1, a, ta ? m : k,
        b_.data(), tb ? k : n, 0, c, n);
    });
  }

  Product p_;
  std::vector<float> a_, b_, c_;
  PackedMatrix<float> packed_;
  std::vector<Way> ways_;
  const Way* chosen_ = nullptr;
};

}  // namespace

Json floor(const Options& options) {
  constexpr Index kShards = 2;
  const Sizes sizes = training_sizes(options.config);
  const Workers workers(options.threads);
  std::array<std::vector<std::unique_ptr<Task>>, kShards> shards;
  for (Index shard = 0; shard < kShards; ++shard) {
    const Index lanes = sizes.batch * (shard + 1) / kShards - sizes.batch * shard / kShards;
    auto& tasks = shards[static_cast<std::size_t>(shard)];
    for (const Product& p : products(sizes, lanes)) tasks.push_back(std::make_unique<Task>(p));
  }
  // All at once, as they will run: the cores share memory and, it may be, their clock.
  workers.each(kShards, [&](Index shard) {
    for (auto& task : shards[static_cast<std::size_t>(shard)]) task->choose();
  });
  const auto seconds = times(options.seconds, 2, [&] {
    workers.each(kShards, [&](Index shard) {
      for (auto& task : shards[static_cast<std::size_t>(shard)]) task->run();
    });
  });
  std::string libraries;
  for (const auto& task : shards[0]) libraries += (libraries.empty() ? "" : ", ") + task->said();
  return {{"tokens_per_second",
           static_cast<double>(sizes.batch * sizes.steps) / quantile(seconds, 0.5)},
          {"loss", nullptr},
          {"peak_bytes", nullptr},
          {"library", libraries}};
}

}  // namespace engram::bench
