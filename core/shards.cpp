#include "engram/core/shards.hpp"

#include <limits>
#include <utility>

namespace engram {
namespace {

// A loss on another tape would differentiate that one, of another shard or of an earlier step.
template <class T>
void check_loss(int shard, const Tape<T>& own, const Var<T>& loss) {
  if (!loss.has_value() || &loss.tape() != &own) {
    fail("Shards::run: the loss of shard ", shard,
         " is not on the tape of its shard; record it on the tape that the function is given");
  }
  const Node<T>& node = own.node(loss);
  if (node.value.size() != 1) {
    throw located("Shards::run",
                  Error(text("the loss of shard ", shard, " has shape ", node.value.shape(),
                             "; need a scalar: take its mean or its sum")),
                  node.site);
  }
}

void check_weight(int shard, double weight) {
  if (!(weight >= 0 && weight <= std::numeric_limits<double>::max())) {
    fail("Shards::run: the weight of shard ", shard, " is ", weight,
         "; need a finite number, 0 or more");
  }
}

}  // namespace

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
void Shards<T>::differentiate(int shard, const Var<T>& loss, double scale) {
  Tape<T>& own = tape(shard);
  const auto at = static_cast<std::size_t>(shard);
  const T seed = static_cast<T>(scale);
  losses_[at] = seed * loss.item();
  gradients_[at] = own.backward(loss, {.seed = own.constant(Array<T>::full(loss.shape(), seed))});
}

template <class T>
typename Shards<T>::Result Shards<T>::run(const std::function<Var<T>(int, Tape<T>&)>& loss) {
  each([&](int shard, Tape<T>& own) {
    const Var<T> y = loss(shard, own);
    check_loss(shard, own, y);
    differentiate(shard, y, 1);
  });
  return added_up();
}

template <class T>
typename Shards<T>::Result Shards<T>::run(const std::function<Mean(int, Tape<T>&)>& loss) {
  std::vector<Mean> means(tapes_.size());
  each([&](int shard, Tape<T>& own) {
    Mean& mean = means[static_cast<std::size_t>(shard)] = loss(shard, own);
    check_weight(shard, mean.weight);
    if (mean.weight > 0) check_loss(shard, own, mean.loss);
  });
  double total = 0;
  for (const Mean& mean : means) total += mean.weight;
  if (!(total > 0 && total <= std::numeric_limits<double>::max())) {
    fail("Shards::run: the weights of the ", count(), " shards sum to ", total,
         "; need a finite number above 0 to take a mean");
  }
  workers_.each(count(), [&](Index shard) {
    const auto at = static_cast<std::size_t>(shard);
    losses_[at] = 0;
    gradients_[at] = Gradients<T>();
    const Mean& mean = means[at];
    if (mean.weight > 0) differentiate(static_cast<int>(shard), mean.loss, mean.weight / total);
  });
  return added_up();
}

template <class T>
typename Shards<T>::Result Shards<T>::added_up() {
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
