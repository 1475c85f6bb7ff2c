#include "engram/optim/clip.hpp"

#include <array>
#include <cmath>

#include "engram/optim/require.hpp"

namespace engram::optim {
namespace {

// Σ x² in double. Each lane has a sum of its own, whatever the processor: the loop vectorises and
// the order of the additions stays.
template <class T>
double sum_of_squares(const Array<T>& x) {
  constexpr Index kLanes = 32;
  std::array<double, kLanes> sums{};
  const T* from = x.data();
  const Index n = x.size();
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
double clip_global_norm(Gradients<T>& gradients, double max_norm) {
  require(max_norm > 0, "clip_global_norm", "max_norm", max_norm, "a number above 0");
  double sum = 0;
  for (const auto& entry : gradients.entries()) {
    if (entry.param) sum += sum_of_squares(entry.gradient.values());
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
    const Index n = values.size();
    for (Index i = 0; i < n; ++i) g[i] *= static_cast<T>(scale);
  }
  return norm;
}

template double clip_global_norm(Gradients<float>&, double);
template double clip_global_norm(Gradients<double>&, double);

}  // namespace engram::optim
