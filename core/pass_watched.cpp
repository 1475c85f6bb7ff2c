// What a Pass shows of its steps: to a profile, and to who looks for NaN.
#include "engram/core/anomaly.hpp"
#include "engram/core/pass.hpp"

namespace engram {

// After a step back, when somebody watches: `step` asks no more than that.
template <class T>
void Pass<T>::watched(const Call<T>& call, Span& span) {
  if (!record_ && !to_->is_in_place(call.id)) refuse_anomalies(call);
  if (span) finish(call.id, Direction::backward, span);
}

template <class T>
void Pass<T>::refuse_anomalies(const Call<T>& call) {
  if (!tape_.detects_anomalies()) return;
  const auto inputs = tape_.inputs(tape_.nodes_[call.id]);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (!to_->has(inputs[k])) continue;
    refuse_anomaly(tape_, call.id, k, to_->finished(inputs[k]), call.dy());
  }
}

template <class T>
void Pass<T>::finish(Id id, Direction direction, Span& span) const {
  const Node<T>& node = tape_.nodes_[id];
  span.done(node.operation->name(), direction, node.value.shape(), node.value.values().size_bytes(),
            node.site);
}

template void Pass<float>::watched(const Call<float>&, Span&);
template void Pass<float>::refuse_anomalies(const Call<float>&);
template void Pass<float>::finish(Id, Direction, Span&) const;
template void Pass<double>::watched(const Call<double>&, Span&);
template void Pass<double>::refuse_anomalies(const Call<double>&);
template void Pass<double>::finish(Id, Direction, Span&) const;

}  // namespace engram
