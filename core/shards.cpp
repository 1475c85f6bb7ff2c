#include "engram/core/shards.hpp"

#include <utility>

namespace engram {

template <class T>
Shards<T>::Shards(int count, const Workers& workers) : workers_(workers) {
  if (count < 1) fail("a batch in ", count, " shards; need at least one");
  for (int k = 0; k < count; ++k) tapes_.push_back(std::make_unique<Tape<T>>());
  gradients_.resize(tapes_.size());
  losses_.resize(tapes_.size());
}

template <class T>
void Shards<T>::each(const std::function<void(int, Tape<T>&)>& f) {
  workers_.each(count(), [&](Index shard) {
    Tape<T>& own = tape(static_cast<int>(shard));
    own.clear();
    f(static_cast<int>(shard), own);
  });
}

template <class T>
typename Shards<T>::Result Shards<T>::run(const std::function<Var<T>(int, Tape<T>&)>& loss) {
  each([&](int shard, Tape<T>& own) {
    const auto at = static_cast<std::size_t>(shard);
    const Var<T> y = loss(shard, own);
    losses_[at] = y.item();
    gradients_[at] = own.backward(y);
  });
  // Parameter by parameter, each summed over the shards in their order.
  Gradients<T>& sum = gradients_[0];
  for (std::size_t k = 1; k < gradients_.size(); ++k) {
    for (const auto& entry : gradients_[k].entries()) {
      if (entry.param && !sum.find(*entry.param))
        sum.entries().push_back({entry.param, {}, {}, {}});
    }
  }
  for (auto& total : sum.entries()) {
    if (!total.param) continue;
    for (std::size_t k = 1; k < gradients_.size(); ++k) {
      if (const Gradient<T>* part = std::as_const(gradients_[k]).find(*total.param)) {
        total.gradient.add(*part, &workers_);
      }
    }
  }
  Result result{0, std::move(gradients_[0])};
  for (const T part : losses_) result.loss += part;
  for (auto& gradients : gradients_) gradients = Gradients<T>();
  return result;
}

template class Shards<float>;
template class Shards<double>;

}  // namespace engram
