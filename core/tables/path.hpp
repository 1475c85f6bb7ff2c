// Path: which values of a tape matter to a transformation of it. Internal.
#pragma once

#include <span>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram {

/// The values that depend on those which a derivative is by: all that need a gradient, or, where
/// targets are named, what depends on one of these.
template <class T>
class Path {
 public:
  explicit Path(const Tape<T>& tape) : tape_(tape) {}

  /// By every variable and parameter.
  void open();
  /// By `targets`. Throws `Error`, which begins with `what`, for one that is a constant.
  void find(std::span<const Var<T>> targets, const char* what);
  /// Marks what was recorded from node `begin` on.
  void extend(std::size_t begin);
  /// Forgets the nodes from `count` on.
  void shrink(std::size_t count);

  bool has(Id id) const { return has(id, tape_.node(id)); }
  bool has(Id id, const Node<T>& node) const {
    return node.needs_gradient && (on_path_.empty() || on_path_[id]);
  }

  /// Whether somebody asked for what is worked out for this node, which is then kept.
  bool is_asked_for(Id id) const { return id < is_asked_for_.size() && is_asked_for_[id]; }
  void ask_for(Id id);

 private:
  const Tape<T>& tape_;
  std::vector<std::uint8_t> on_path_;       ///< by node; empty: all that need a gradient
  std::vector<std::uint8_t> is_asked_for_;  ///< by node, as far as any is
};

}  // namespace engram
