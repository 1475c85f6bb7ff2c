// Tangents: how the values of a tape change when some of them move in a direction. Internal.
#pragma once

#include <vector>

#include "engram/core/tape/packed_weights.hpp"

namespace engram {

/// A place for the tangent of each node of a tape: its derivative along one direction of the
/// inputs. A tangent that is not there is zero.
template <class T>
class Tangents {
 public:
  explicit Tangents(Tape<T>& tape) : packed_weights_(tape) {}

  /// Makes places for the tangents of the nodes up to `count`, all zero.
  void reset(std::size_t count) {
    clear();
    by_node_.resize(count);
  }
  void clear() {
    by_node_.clear();
    packed_weights_.clear();
  }
  void set(Id id, Array<T> tangent) { by_node_[id] = std::move(tangent); }
  void drop(Id id) { by_node_[id] = Array<T>(); }

  /// The tangent of a node, or null for zero. Its elements may lie apart.
  const Array<T>* find(Id id) const {
    return id < by_node_.size() && by_node_[id].size() > 0 ? &by_node_[id] : nullptr;
  }
  /// The same without gaps.
  const Array<T>* find_dense(Id id) {
    if (!find(id)) return nullptr;
    if (by_node_[id].is_strided()) by_node_[id] = by_node_[id].dense();
    return &by_node_[id];
  }

  /// Tangents of weights, laid out for products like the weights themselves.
  PackedWeights<T>& packed_weights() { return packed_weights_; }

 private:
  std::vector<Array<T>> by_node_;
  PackedWeights<T> packed_weights_;
};

}  // namespace engram
