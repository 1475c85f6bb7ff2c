// Forward over reverse: a backward pass whose gradients have tangents, as all values do.
//
// A rule dx = R(x, y) dy has the tangent dẋ = R(x, y) dẏ + Ṙ dy, where Ṙ is how R changes while its
// values move along ẋ and ẏ. So every operation is run back twice, for dy and for dẏ, and once more
// for its curvature Ṙ, which is zero where it is linear. (A rule that is not linear in dy, a
// hook's, gets its whole tangent in the last of these.) Source: B. Pearlmutter (1994), "Fast exact
// multiplication by the Hessian"
#include "engram/core/pass.hpp"

namespace engram {

template <class T>
bool Pass<T>::has_curvature(Id id) const {
  const Node<T>& node = tape_.nodes_[id];
  if (node.operation->traits().linear || !slots_.has(id)) return false;
  if (!node.operation->traits().linear_rule) return true;
  return tangents_.find(id) || any_moves(tape_.inputs(node));
}

// The rule, recorded by itself and carried forwards.
template <class T>
void Pass<T>::curvature_by_rule(Id id) {
  const auto mark = tape_.mark();
  const RecordIf<T> recording(tape_, true);
  const std::vector<Id> inputs = inputs_of(id);
  const bool moves_dy = !tape_.nodes_[id].operation->traits().linear_rule && second_.has(id);
  const Alone alone = record_alone(id, slots_[id], moves_dy);
  Pass rule(tape_);
  rule.tangents_.reset(tape_.size());
  const auto carry = [&](const Var<T>& to, Id from) {
    if (const Array<T>* tangent = tangents_.find(from)) rule.tangents_.set(to.id(), *tangent);
  };
  for (std::size_t k = 0; k < inputs.size(); ++k) carry(alone.x[k], inputs[k]);
  carry(alone.y, id);
  if (moves_dy) rule.tangents_.set(alone.dy.id(), second_.finished(id));
  rule.is_target_.assign(tape_.size(), 0);
  for (const auto& part : alone.dx) rule.is_target_[part.second.id()] = 1;
  const auto end = static_cast<Id>(tape_.size());
  {
    const RecordIf<T> off(tape_, false);
    rule.forward(static_cast<Id>(mark.nodes), end, Keep::results);
  }
  for (const auto& [input, dx] : alone.dx) {
    const Array<T>* tangent = rule.tangents_.find_dense(dx.id());
    if (tangent && wanted(inputs[input])) to_->add(inputs[input], *tangent);
  }
  tape_.rewind(mark);
}

template <class T>
void Pass<T>::second_order_step(Id id) {
  Span span(tape_.track());
  const Node<T>& node = tape_.nodes_[id];
  const Call<T> call{*this, id};
  try {
    for (GradientSlots<T>* slots : {&slots_, &second_}) {
      if (!slots->has(id)) continue;
      slots->finished(id);
      if (slots->is_in_place(id)) continue;
      if (slots == &second_ && !node.operation->traits().linear_rule) continue;
      from_ = to_ = slots;
      first_order(call);
      refuse_anomalies(call);
    }
    from_ = &slots_;
    to_ = &second_;
    if (has_curvature(id) && !node.operation->curvature(call)) curvature_by_rule(id);
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (second order)", error, node.site);
  }
  for (GradientSlots<T>* slots : {&slots_, &second_}) {
    if (slots->has(id)) slots->release(id);
  }
  tangents_.drop(id);  // those who read it are done
  if (span) finish(call.id, Direction::backward, span);
}

template <class T>
std::vector<Var<T>> Pass<T>::hessian_product(const Var<T>& y, Vars targets, Vars directions,
                                             const Var<T>* dy) {
  refuse_edited();
  find_path(targets, "hessian_product");
  record_ = rules_only_ = false;
  begin(Vars(&y, 1));
  begin_forward(targets, directions);
  second_.reset(static_cast<std::size_t>(y.id()) + 1);
  second_.ask_for(is_target_);
  slots_.ask_for({});
  seed(y, dy);
  const RecordIf<T> recording(tape_, false);
  // The tangent of the result itself is nobody's business, unless its own rule reads it.
  const bool reads_result = tape_.node(y).is_needed;
  forward(0, y.id() + (reads_result ? 1 : 0), Keep::needed);
  leaves_too_ = false;
  for (Id id = y.id() + 1; id-- > 0;) {
    to_ = &second_;
    if (tape_.nodes_[id].kind == Kind::operation && wanted(id)) second_order_step(id);
    tape_.repeated().each_first_used_at(id, [&](Id leaf) { second_.add_up(leaf); });
  }
  std::vector<Var<T>> out;
  for (const Var<T>& target : targets) out.push_back(taken(second_, target, y.id()));
  clear();
  return out;
}

template std::vector<Var<float>> Pass<float>::hessian_product(const Var<float>&, Vars, Vars,
                                                              const Var<float>*);
template std::vector<Var<double>> Pass<double>::hessian_product(const Var<double>&, Vars, Vars,
                                                                const Var<double>*);

}  // namespace engram
