// What the benchmarks share: their options, the sizes they run at, and taking the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engram/core/shape.hpp"

namespace engram::bench {

using Json = nlohmann::json;

struct Options {
  std::string config, system;
  Index steps = 0;  ///< in place of the configuration's, when it is not 0
  int threads = 1;
  double seconds = 1;
};

/// A language model and how it is trained; embedding and hidden size are the same.
struct Sizes {
  Index vocabulary, hidden, layers, batch, steps;
};
/// Throws `Error`, naming the known ones, for any other name.
Sizes training_sizes(const std::string& config);
Sizes generation_sizes(const std::string& config);

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Seconds of each call of f after `warm_up` calls, for `seconds` but at least 3 calls; ascending.
template <class F>
std::vector<double> times(double seconds, int warm_up, const F& f) {
  for (int k = 0; k < warm_up; ++k) f();
  std::vector<double> out;
  const double end = now() + seconds;
  while (out.size() < 3 || now() < end) {
    const double begin = now();
    f();
    out.push_back(now() - begin);
  }
  std::sort(out.begin(), out.end());
  return out;
}
inline double quantile(const std::vector<double>& ascending, double at) {
  return ascending[static_cast<std::size_t>(at * static_cast<double>(ascending.size() - 1))];
}

/// What `threads` threads take to read `count` floats from where so many fit: each of them reads
/// its part again and again.
double seconds_to_read(Index count, int threads);

// The benchmarks: each measures and says what it found.
Json train(const Options& options);
Json floor(const Options& options);
Json generate(const Options& options);
Json chain(const Options& options);
Json curvature(const Options& options);
Json scaling(const Options& options);
Json embedding(const Options& options);
Json about(const Options& options);

}  // namespace engram::bench
