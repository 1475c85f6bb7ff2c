// What is shown of a step of a transformation to those who watch: a profile, and who looks for NaN.
// Internal.
#pragma once

#include "engram/core/backward/gradient_table.hpp"
#include "engram/core/watch/anomaly.hpp"
#include "engram/core/watch/op_timer.hpp"

namespace engram {

/// Ends the time of operation `id`.
template <class T>
void finish(Span& span, const Tape<T>& tape, Id id, Direction direction) {
  const Node<T>& node = tape.node(id);
  span.done(node.operation->name(), direction, node.value.shape(), node.value.values().size_bytes(),
            node.site);
}

/// Looks for anomalies: throws `Error` when operation `id` has added a NaN or an infinity to the
/// gradient of an input.
template <class T>
void refuse_anomalies(GradientSlots<T>& slots, Id id, const Array<T>& dy) {
  Tape<T>& tape = slots.tape();
  const auto inputs = tape.inputs(tape.node(id));
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (!slots.has(inputs[k])) continue;
    refuse_anomaly(tape, id, k, slots.finished(inputs[k]), dy);
  }
}

}  // namespace engram
