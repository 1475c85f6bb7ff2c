// RuleAlone: a derivative rule, recorded by itself. Internal.
#pragma once

#include <functional>
#include <vector>

#include "engram/core/tape.hpp"

namespace engram {

/// The rule of one operation at the end of the tape, with new leaves in place of what it reads:
/// what is computed from these is the rule and nothing else.
template <class T>
class RuleAlone final : public RuleTarget<T> {
 public:
  /// Which of the leaves are variables.
  struct Varies {
    std::function<bool(Id)> input;
    bool y, dy;
  };
  /// Records the rule for an upstream gradient.
  RuleAlone(Tape<T>& tape, Id id, Array<T> dy, const Varies& varies);

  struct Contribution {
    std::size_t input;
    Var<T> dx;
  };
  const std::vector<Id>& inputs() const { return inputs_; }  ///< of the operation, as nodes
  const std::vector<Var<T>>& xs() const { return xs_; }      ///< what stands for them
  const Var<T>& y() const { return y_; }
  const Var<T>& dy() const { return dy_; }
  const std::vector<Contribution>& contributions() const { return contributions_; }

  bool wants(Id id) const override { return y_.tape().node(id).needs_gradient; }
  void add(Id id, const Var<T>& dx) override;

 private:
  std::vector<Id> inputs_;
  std::vector<Var<T>> xs_;
  Var<T> y_, dy_;
  std::vector<Contribution> contributions_;
};

extern template class RuleAlone<float>;
extern template class RuleAlone<double>;

}  // namespace engram
