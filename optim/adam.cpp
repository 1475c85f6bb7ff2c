#include "engram/optim/adam.hpp"

#include <algorithm>
#include <cmath>

#include "engram/core/loops/simd.hpp"
#include "engram/optim/require.hpp"
#include "engram/optim/runs.hpp"

namespace engram::optim {
namespace {

template <class T>
using Batch = xsimd::batch<T>;
template <class T>
constexpr auto kLanes = static_cast<Index>(Batch<T>::size);

// The factors of one update, and the update of one batch of elements. In batches, because
// std::sqrt may set errno and a loop with it does not vectorise.
template <class T>
struct Rule {
  T decay, keep, new_m, beta2, new_v, root_scale, epsilon, rate;

  void operator()(T* to_w, const T* from_g, T* to_m, T* to_v) const {
    const auto w = Batch<T>::load_unaligned(to_w);
    const auto g = Batch<T>::load_unaligned(from_g) + decay * w;
    auto m = Batch<T>::load_unaligned(to_m);
    auto v = Batch<T>::load_unaligned(to_v);
    m += new_m * (g - m);
    v = beta2 * v + new_v * g * g;
    (keep * w - rate * m / (sqrt(v) * root_scale + epsilon)).store_unaligned(to_w);
    m.store_unaligned(to_m);
    v.store_unaligned(to_v);
  }
};

template <class T>
void run(const Rule<T>& rule, T* w, const T* g, T* m, T* v, Index n) {
  Index i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) rule(w + i, g + i, m + i, v + i);
  if (i == n) return;
  // The rest as a batch too: an element's result does not depend on where it lies.
  T rest[4][Batch<T>::size] = {};
  std::copy(w + i, w + n, rest[0]);
  std::copy(g + i, g + n, rest[1]);
  std::copy(m + i, m + n, rest[2]);
  std::copy(v + i, v + n, rest[3]);
  rule(rest[0], rest[1], rest[2], rest[3]);
  std::copy_n(rest[0], n - i, w + i);
  std::copy_n(rest[2], n - i, m + i);
  std::copy_n(rest[3], n - i, v + i);
}

}  // namespace

template <class T>
Adam<T>::Adam(const Parameters<T>& parameters, const AdamOptions& options) : Optimizer<T>("adam") {
  add(parameters, options);
}

template <class T>
void Adam<T>::add(const Parameters<T>& parameters, const AdamOptions& options) {
  require(options.beta1 >= 0 && options.beta1 < 1, "adam", "beta1", options.beta1,
          "0 <= beta1 < 1");
  require(options.beta2 >= 0 && options.beta2 < 1, "adam", "beta2", options.beta2,
          "0 <= beta2 < 1");
  // Under that, v loses gradients that are not small beside ε, and m / ε is anything.
  const auto least = static_cast<double>(1 / kReach<T>);
  require(options.epsilon >= least && fits<T>(options.epsilon), "adam", "epsilon", options.epsilon,
          text("at least ", least, ", and finite, in this precision"));
  require(options.weight_decay >= 0 && fits<T>(options.weight_decay), "adam", "weight_decay",
          options.weight_decay, "a finite number, 0 or more, in this precision");
  this->begin_group(parameters, options.learning_rate, {"m", "v"});
  options_.push_back(options);
}

// v takes its square.
template <class T>
T Adam<T>::largest_gradient(std::size_t /*group*/) const {
  return kReach<T>;
}

template <class T>
void Adam<T>::check_slot(std::size_t slot, const Array<T>& values) const {
  if (slot != 1) return;
  const auto bad = std::find_if(values.begin(), values.end(), [](T v) { return v < 0; });
  if (bad != values.end()) {
    fail("adam: v of the state to restore, a mean of squares, is ", *bad, " at element ",
         bad - values.begin(), "; it is damaged");
  }
}

template <class T>
void Adam<T>::update(const typename Optimizer<T>::Update& update) {
  const AdamOptions& options = options_[update.group];
  const auto t = static_cast<double>(update.count);
  const double rate = update.learning_rate, decay = options.weight_decay;
  const double seen1 = 1 - std::pow(options.beta1, t), seen2 = 1 - std::pow(options.beta2, t);
  const Rule<T> rule{
      .decay = static_cast<T>(options.decoupled ? 0 : decay),
      .keep = static_cast<T>(options.decoupled ? 1 - rate * decay : 1),
      .new_m = static_cast<T>(1 - options.beta1),
      .beta2 = static_cast<T>(options.beta2),
      .new_v = static_cast<T>(1 - options.beta2),
      .root_scale = static_cast<T>(1 / std::sqrt(seen2)),
      .epsilon = static_cast<T>(options.epsilon),
      .rate = static_cast<T>(rate / seen1),
  };
  T* w = update.parameter.edit();
  T* m = update.slots[0].edit();
  T* v = update.slots[1].edit();
  each_run(update.gradient, options.lazy, update.workers,
           [&](Index at, const T* g, Index n) { run(rule, w + at, g, m + at, v + at, n); });
}

template class Adam<float>;
template class Adam<double>;

}  // namespace engram::optim
