// Observed: one run of an op, as those see it who watch its tape. Internal.
#pragma once

#include <span>
#include <string_view>

#include "engram/core/operation/anomaly.hpp"
#include "engram/core/tape.hpp"
#include "engram/core/watch/op_timer.hpp"

namespace engram {

/// Shows an op, from here to its end, to a profile, which times it, and to who looks for the first
/// NaN. When nobody watches it does nothing.
template <class T>
class Observed {
 public:
  explicit Observed(Tape<T>& tape) : tape_(tape), timer_(tape.timeline()) {}

  /// The op `name` has computed y, which lies in memory of its own unless it is a view. Throws
  /// `Error` for a NaN or an infinity in it, when these are looked for.
  void computed(std::string_view name, const Var<T>& y, std::span<const Id> inputs, bool is_view) {
    if (!tape_.is_watched()) return;
    if (tape_.detects_anomalies() && !is_view) refuse_anomaly(name, y, inputs);
    const Node<T>& node = tape_.node(y);
    const std::size_t bytes = is_view ? 0 : node.value.values().size_bytes();
    end(name, Direction::forward, node.value.shape(), bytes, node.site);
  }
  /// Operation `id` has added to the gradients of its inputs: throws `Error` for one that has a NaN
  /// or an infinity now, when these are looked for.
  template <class Table>
  void added(Table& gradients, Id id) {
    if (!tape_.detects_anomalies()) return;
    const auto inputs = tape_.inputs(tape_.node(id));
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (!gradients.has(inputs[k])) continue;
      refuse_anomaly(tape_, id, k, gradients.finished(inputs[k]), gradients[id]);
    }
  }
  /// A transformation is done with operation `id`.
  void done(Id id, Direction direction) {
    if (!timer_) return;
    const Node<T>& node = tape_.node(id);
    end(node.operation->name(), direction, node.value.shape(), node.value.values().size_bytes(),
        node.site);
  }
  /// The same with work for leaf `id` that no operation does, and its result.
  void done(std::string_view name, Id id, const Array<T>& result) {
    end(name, Direction::backward, result.shape(), result.values().size_bytes(),
        tape_.node(id).site);
  }

 private:
  void end(std::string_view name, Direction direction, const Shape& shape, std::size_t bytes,
           const Site& site) {
    if (timer_) timer_.done(name, direction, shape, bytes, site);
  }

  Tape<T>& tape_;
  OpTimer timer_;
};

}  // namespace engram
