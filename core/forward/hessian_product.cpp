#include "engram/core/forward/hessian_product.hpp"

#include "engram/core/forward/rule_alone.hpp"
#include "engram/core/operation/observed.hpp"
#include "engram/core/operation/scratch.hpp"

namespace engram {

template <class T>
void HessianProduct<T>::run(const Var<T>& y, std::span<const Var<T>> targets,
                            std::span<const Var<T>> directions) {
  const NoRecord<T> off(tape_);
  forward_.begin(targets, directions);
  // The tangent of the result itself is used by none, unless its own rule reads it.
  const bool reads_result = tape_.node(y).is_needed;
  forward_.run(0, y.id() + (reads_result ? 1 : 0), Forward<T>::Retain::read);
  typename PackedWeights<T>::WalkBack products(tape_.packed_weights());
  for (Id id = y.id() + 1; id-- > 0;) {
    if (tape_.node(id).kind == Kind::operation && moving_.wants(id)) step(id);
    products.at(id, [&](Id leaf) { moving_.add_up(leaf); });
  }
}

template <class T>
void HessianProduct<T>::step(Id id) {
  Observed<T> observed(tape_);
  const Node<T>& node = tape_.node(id);
  const Traits& traits = node.operation->traits();
  try {
    first_order(observed, gradients_, id);
    if (traits.linear_rule) first_order(observed, moving_, id);
    const Numbers<T> numbers{tape_, &gradients_, &moving_, &tangents_};
    if (has_curvature(id) && !node.operation->curvature({numbers, id})) add_curvature(id);
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (second order)", error, node.site);
  }
  for (GradientTable<T>* table : {&gradients_, &moving_}) {
    if (table->has(id)) table->release(id);
  }
  tangents_.drop(id);  // those who read it are done
  observed.done(id, Direction::backward);
}

template <class T>
void HessianProduct<T>::first_order(Observed<T>& observed, GradientTable<T>& table, Id id) {
  if (!table.has(id)) return;
  table.finished(id);
  if (table.is_in_place(id)) return;
  Backward<T>(table).differentiate(id);
  observed.added(table, id);
}

template <class T>
bool HessianProduct<T>::has_curvature(Id id) const {
  const Traits& traits = tape_.node(id).operation->traits();
  if (traits.linear || !gradients_.has(id)) return false;
  return !traits.linear_rule || forward_.moves(id) || forward_.any_input_moves(id);
}

// By the rule, recorded by itself and carried forwards.
template <class T>
void HessianProduct<T>::add_curvature(Id id) {
  const Scratch<T> scratch(tape_);
  const RecordIf<T> recording(tape_, true);
  const bool moves_dy = !tape_.node(id).operation->traits().linear_rule && moving_.has(id);
  const auto varies = [&](Id input) { return moving_.wants(input) || forward_.moves(input); };
  const RuleAlone<T> rule(tape_, id, gradients_[id],
                          {.input = varies, .y = forward_.moves(id), .dy = moves_dy});
  Tangents<T> tangents(tape_);
  tangents.reset(tape_.size());
  const auto carry = [&](const Var<T>& to, Id from) {
    if (const Array<T>* tangent = tangents_.find(from)) tangents.set(to.id(), *tangent);
  };
  for (std::size_t k = 0; k < rule.xs().size(); ++k) carry(rule.xs()[k], rule.inputs()[k]);
  carry(rule.y(), id);
  if (moves_dy) tangents.set(rule.dy().id(), moving_.finished(id));
  Path<T> results(tape_);
  for (const auto& contribution : rule.contributions()) results.ask_for(contribution.dx.id());
  Forward<T>(tape_, results, tangents)
      .run(scratch.begin(), static_cast<Id>(tape_.size()), Forward<T>::Retain::asked_for);
  for (const auto& [input, dx] : rule.contributions()) {
    const Id to = rule.inputs()[input];
    const Array<T>* tangent = tangents.find_dense(dx.id());
    if (tangent && moving_.wants(to)) moving_.add(to, *tangent);
  }
}

template class HessianProduct<float>;
template class HessianProduct<double>;

}  // namespace engram
