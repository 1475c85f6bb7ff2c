#include "engram/optim/clip.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "engram/optim/beyond.hpp"
#include "engram/optim/require.hpp"

namespace engram::optim {
namespace {

// Σ f(x)² in double. Each lane has a sum of its own, whatever the processor: the loop vectorises
// and the order of the additions stays.
template <class T, class F>
double sum_of_squares(const T* from, Index n, const F& f) {
  constexpr Index kLanes = 32;
  std::array<double, kLanes> sums{};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (Index k = 0; k < kLanes; ++k) {
      const double value = f(from[i + k]);
      sums[static_cast<std::size_t>(k)] += value * value;
    }
  }
  double total = 0;
  for (; i < n; ++i) total += f(from[i]) * f(from[i]);
  for (const double sum : sums) total += sum;
  return total;
}

// The same of all gradients of parameters, in their order.
template <class T, class F>
double sum_of_squares(const Gradients<T>& gradients, const Workers* workers, const F& f) {
  double total = 0;
  for (const auto& entry : gradients.entries()) {
    if (!entry.param) continue;
    const Array<T>& x = entry.gradient.values();
    const auto blocks = static_cast<std::size_t>((x.size() + kBlock - 1) / kBlock);
    std::vector<double, PoolAllocator<double>> sums(blocks, PoolAllocator<double>(x.pool()));
    each_block(workers, x.size(), [&](Index begin, Index end) {
      sums[static_cast<std::size_t>(begin / kBlock)] =
          sum_of_squares(x.data() + begin, end - begin, f);
    });
    total += std::accumulate(sums.begin(), sums.end(), 0.0);
  }
  return total;
}

template <class T>
void refuse_not_finite(const Gradients<T>& gradients, const Workers* workers) {
  constexpr T kGreatest = std::numeric_limits<T>::max();
  for (const auto& entry : gradients.entries()) {
    if (entry.param && any_beyond(entry.gradient, kGreatest, workers)) {
      refuse_beyond(text("clip_global_norm: the gradient of ", entry.param->str()), entry.gradient,
                    kGreatest);
    }
  }
}

template <class T>
double global_norm(const Gradients<T>& gradients, const Workers* workers) {
  // No square of a float leaves the range of double; those of doubles may.
  constexpr double kLeast = 0x1p-900;
  const double sum = sum_of_squares(gradients, workers, [](T x) { return static_cast<double>(x); });
  if (sum >= kLeast && std::isfinite(sum)) return std::sqrt(sum);
  refuse_not_finite(gradients, workers);
  double greatest = 0;
  for (const auto& entry : gradients.entries()) {
    if (!entry.param) continue;
    for (const T x : entry.gradient.values()) {
      greatest = std::max(greatest, std::abs(static_cast<double>(x)));
    }
  }
  if (greatest == 0) return 0;
  // In units of a power of two: exact.
  const double unit = std::ldexp(1.0, std::clamp(std::ilogb(greatest), -1000, 1000));
  return unit * std::sqrt(sum_of_squares(gradients, workers, [unit](T x) { return x / unit; }));
}

// Multiplies all gradients of parameters by factor, `times` times.
template <class T>
void scale(Gradients<T>& gradients, T factor, int times, const Workers* workers) {
  for (auto& entry : gradients.entries()) {
    if (!entry.param) continue;
    Array<T>& values = entry.gradient.values();
    T* g = values.edit();
    each_block(workers, values.size(), [&](Index begin, Index end) {
      for (int turn = 0; turn < times; ++turn) {
        for (Index i = begin; i < end; ++i) g[i] *= factor;
      }
    });
  }
}

}  // namespace

template <class T>
double clip_global_norm(Gradients<T>& gradients, double max_norm, const Workers* workers) {
  require(max_norm > 0, "clip_global_norm", "max_norm", max_norm, "a number above 0");
  const double norm = global_norm(gradients, workers);
  if (!std::isfinite(norm)) {
    fail("clip_global_norm: the norm of the gradients is ", norm,
         " although each of them is finite; skip the step, and scale the loss down");
  }
  // torch.nn.utils.clip_grad_norm_, but that there it stays 1e-6 for a small max_norm.
  const double tiny = 1e-6 * std::min(1.0, max_norm);
  const double factor = max_norm / (norm + tiny);
  if (factor >= 1) return norm;
  if (static_cast<T>(factor) >= std::numeric_limits<T>::min()) {
    scale(gradients, static_cast<T>(factor), 1, workers);
  } else {
    // The factor itself has few digits left in T, its root has all.
    scale(gradients, static_cast<T>(std::sqrt(max_norm) / std::sqrt(norm)), 2, workers);
  }
  return norm;
}

template double clip_global_norm(Gradients<float>&, double, const Workers*);
template double clip_global_norm(Gradients<double>&, double, const Workers*);

}  // namespace engram::optim
