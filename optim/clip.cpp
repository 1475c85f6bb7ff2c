#include "engram/optim/clip.hpp"

#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "engram/optim/require.hpp"

namespace engram::optim {
namespace {

// Σ x² in double. Each lane has a sum of its own, whatever the processor: the loop vectorises and
// the order of the additions stays.
template <class T>
double sum_of_squares(const T* from, Index n) {
  constexpr Index kLanes = 32;
  std::array<double, kLanes> sums{};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (Index k = 0; k < kLanes; ++k) {
      const double value = from[i + k];
      sums[static_cast<std::size_t>(k)] += value * value;
    }
  }
  double total = 0;
  for (; i < n; ++i) total += static_cast<double>(from[i]) * static_cast<double>(from[i]);
  for (const double sum : sums) total += sum;
  return total;
}

template <class T>
double sum_of_squares(const Array<T>& x, const Workers* workers) {
  const auto blocks = static_cast<std::size_t>((x.size() + kBlock - 1) / kBlock);
  std::vector<double, PoolAllocator<double>> sums(blocks, PoolAllocator<double>(x.pool()));
  each_block(workers, x.size(), [&](Index begin, Index end) {
    sums[static_cast<std::size_t>(begin / kBlock)] = sum_of_squares(x.data() + begin, end - begin);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

template <class T>
[[noreturn]] void refuse(const Gradients<T>& gradients, double norm) {
  std::size_t k = 0;
  for (const auto& entry : gradients.entries()) {
    if (!entry.param) continue;
    const Array<T>& values = entry.gradient.values();
    for (Index i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i])) continue;
      fail("clip_global_norm: gradient ", k, ", of a parameter of shape ", entry.param->shape(),
           ", holds ", values[i], " at element ", i, " of its ", values.size(),
           "; skip the step, and look for an overflow (too high a learning rate), x/0 or log 0");
    }
    ++k;
  }
  fail("clip_global_norm: the norm of the gradients is ", norm,
       " although each of them is finite; skip the step, and scale the loss down");
}

}  // namespace

template <class T>
double clip_global_norm(Gradients<T>& gradients, double max_norm, const Workers* workers) {
  require(max_norm > 0, "clip_global_norm", "max_norm", max_norm, "a number above 0");
  double sum = 0;
  for (const auto& entry : gradients.entries()) {
    if (entry.param) sum += sum_of_squares(entry.gradient.values(), workers);
  }
  const double norm = std::sqrt(sum);
  if (!std::isfinite(norm)) refuse(gradients, norm);
  constexpr double kTiny = 1e-6;  // torch.nn.utils.clip_grad_norm_
  const double scale = max_norm / (norm + kTiny);
  if (scale >= 1) return norm;
  for (auto& entry : gradients.entries()) {
    if (!entry.param) continue;
    Array<T>& values = entry.gradient.values();
    T* g = values.edit();
    each_block(workers, values.size(), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) g[i] *= static_cast<T>(scale);
    });
  }
  return norm;
}

template double clip_global_norm(Gradients<float>&, double, const Workers*);
template double clip_global_norm(Gradients<double>&, double, const Workers*);

}  // namespace engram::optim
