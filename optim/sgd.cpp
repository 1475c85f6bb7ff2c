#include "engram/optim/sgd.hpp"

#include <algorithm>

#include "engram/optim/require.hpp"
#include "engram/optim/runs.hpp"

namespace engram::optim {
namespace {

// `__restrict`: what a rule reads and writes are different arrays, so the loops vectorise.
template <class T>
void descend(T* __restrict w, const T* __restrict g, Index n, T rate, T decay) {
  for (Index i = 0; i < n; ++i) w[i] -= rate * (g[i] + decay * w[i]);
}

template <bool kNesterov, class T>
void roll(T* __restrict w, const T* __restrict g, T* __restrict b, Index n, T rate, T decay,
          T momentum) {
  for (Index i = 0; i < n; ++i) {
    const T gi = g[i] + decay * w[i];
    const T bi = momentum * b[i] + gi;
    b[i] = bi;
    w[i] -= rate * (kNesterov ? gi + momentum * bi : bi);
  }
}

}  // namespace

template <class T>
Sgd<T>::Sgd(const Parameters<T>& parameters, const SgdOptions& options) : Optimizer<T>("sgd") {
  add(parameters, options);
}

template <class T>
void Sgd<T>::add(const Parameters<T>& parameters, const SgdOptions& options) {
  require(options.momentum >= 0 && options.momentum < 1, "sgd", "momentum", options.momentum,
          "0 <= momentum < 1");
  require(options.weight_decay >= 0 && fits<T>(options.weight_decay), "sgd", "weight_decay",
          options.weight_decay, "a finite number, 0 or more, in this precision");
  require(!options.nesterov || options.momentum > 0, "sgd", "momentum", options.momentum,
          "momentum above 0 for nesterov");
  using Slots = std::vector<std::string>;
  this->begin_group(parameters, options.learning_rate,
                    options.momentum > 0 ? Slots{"momentum"} : Slots{});
  options_.push_back(options);
}

// The momentum of equal gradients is g / (1 - μ), and a step η times that.
template <class T>
T Sgd<T>::largest_gradient(std::size_t group) const {
  const double growth =
      std::max(1.0, this->learning_rate_of(group)) / (1 - options_[group].momentum);
  return static_cast<T>(kReach<T> / growth);
}

template <class T>
void Sgd<T>::update(const typename Optimizer<T>::Update& update) {
  const SgdOptions& options = options_[update.group];
  const T rate = static_cast<T>(update.learning_rate);
  const T decay = static_cast<T>(options.weight_decay);
  // By a gradient of zeros plain descent moves nothing.
  const bool plain = options.momentum == 0 && options.weight_decay == 0;
  const bool only_stored = options.lazy || plain;
  T* w = update.parameter.edit();
  if (options.momentum == 0) {
    return each_run(update.gradient, only_stored, update.workers,
                    [&](Index at, const T* g, Index n) { descend(w + at, g, n, rate, decay); });
  }
  const T momentum = static_cast<T>(options.momentum);
  T* b = update.slots[0].edit();
  const auto rule = options.nesterov ? roll<true, T> : roll<false, T>;
  each_run(update.gradient, only_stored, update.workers, [&](Index at, const T* g, Index n) {
    rule(w + at, g, b + at, n, rate, decay, momentum);
  });
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace engram::optim
