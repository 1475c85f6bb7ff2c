// Backward: reverse mode, in numbers. Internal: users call Tape.
#pragma once

#include <functional>
#include <span>

#include "engram/core/tables/gradient_table.hpp"

namespace engram {

/// Takes gradients from results to what they were computed from: each operation adds what its dy
/// contributes to the gradients of its inputs, by its kernel, or by its rule where it has none.
template <class T>
class Backward final : public RuleTarget<T> {
 public:
  /// With `rules_only`, kernels are left out.
  explicit Backward(GradientTable<T>& table, bool rules_only = false)
      : tape_(table.tape()),
        table_(table),
        numbers_{table.tape(), &table, &table},
        rules_only_(rules_only) {}

  /// From node `last` to the first.
  void run(Id last);
  /// One operation, whose gradient is finished.
  void differentiate(Id id);
  /// The same of one that kept nothing but its inputs and is f of them: records f again, and takes
  /// dy back through that as if it had been there all the time.
  void replay(Id id, const std::function<Var<T>(std::span<const Var<T>>)>& f);

  bool wants(Id id) const override { return table_.wants(id); }
  void add(Id id, const Var<T>& dx) override { table_.add(id, tape_.value(dx)); }

 private:
  void by_rule(Id id);
  bool is_reached(Id id) const;
  void step(Id id);

  Tape<T>& tape_;
  GradientTable<T>& table_;
  Numbers<T> numbers_;
  bool rules_only_;
};

extern template class Backward<float>;
extern template class Backward<double>;

}  // namespace engram
