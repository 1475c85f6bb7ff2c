#include "engram/core/forward/forward.hpp"

#include <algorithm>

#include "engram/core/forward/rule_alone.hpp"
#include "engram/core/loops/broadcast.hpp"
#include "engram/core/operation/observed.hpp"
#include "engram/core/operation/scratch.hpp"

namespace engram {
namespace {

// A tangent as a seed for a value of shape `shape`, which it broadcasts to.
template <class T>
Array<T> spread_to(const Array<T>& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  Array<T> out = Array<T>::uninitialized(shape, x.pool());
  spread(x, out);
  return out;
}

}  // namespace

template <class T>
void Forward<T>::begin(std::span<const Var<T>> targets, std::span<const Var<T>> directions) {
  if (targets.size() != directions.size()) {
    fail("tangents: ", directions.size(), " directions for ", targets.size(),
         " targets; need one for each");
  }
  tangents_.reset(tape_.size());
  for (std::size_t k = 0; k < targets.size(); ++k) {
    if (directions[k].shape() != targets[k].shape()) {
      throw located("tangents",
                    Error(text("the direction has shape ", directions[k].shape(), ", its target ",
                               targets[k].shape())),
                    tape_.node(targets[k]).site);
    }
    tangents_.set(targets[k].id(), tape_.value(directions[k]));
  }
}

template <class T>
bool Forward<T>::any_input_moves(Id id) const {
  const auto inputs = tape_.inputs(tape_.node(id));
  return std::any_of(inputs.begin(), inputs.end(), [&](Id input) { return moves(input); });
}

template <class T>
void Forward<T>::run(Id begin, Id end, Retain retain) {
  const NoRecord<T> off(tape_);
  std::vector<Id> last_use(end);
  for (Id id = begin; id < end; ++id) {
    for (const Id input : tape_.inputs(tape_.node(id))) last_use[input] = id;
  }
  for (Id id = begin; id < end; ++id) {
    if (!any_input_moves(id)) continue;
    if (!moves(id)) step(id);  // a target's own stays
    for (const Id input : tape_.inputs(tape_.node(id))) {
      const bool is_read = retain == Retain::read && tape_.node(input).is_needed;
      if (last_use[input] == id && !is_read && !path_.is_asked_for(input)) tangents_.drop(input);
    }
  }
}

template <class T>
void Forward<T>::step(Id id) {
  Observed<T> observed(tape_);
  const Node<T>& node = tape_.node(id);
  try {
    const Numbers<T> numbers{.tape = tape_, .tangents = &tangents_};
    if (!node.operation->tangent({numbers, id})) tangents_.set(id, tangent_by_rule(id));
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (forward mode)", error, node.site);
  }
  observed.done(id, Direction::forward);
}

// The rule is dx = Jᵀ dy. It is linear in dy, and the gradient of <Jᵀ dy, ẋ> by dy is J ẋ.
template <class T>
Array<T> Forward<T>::tangent_by_rule(Id id) {
  const Scratch<T> scratch(tape_);
  const RecordIf<T> recording(tape_, true);
  const Shape shape = tape_.node(id).value.shape();
  const auto varies = [&](Id input) { return moves(input); };
  const RuleAlone<T> rule(tape_, id, Array<T>(shape), {.input = varies, .y = false, .dy = true});
  std::vector<Var<T>> results, seeds;
  for (const auto& [input, dx] : rule.contributions()) {
    const Array<T>* tangent = tangents_.find_dense(rule.inputs()[input]);
    if (!tangent || !tape_.node(dx).needs_gradient) continue;
    results.push_back(dx);
    seeds.push_back(tape_.constant(spread_to(*tangent, dx.shape())));
  }
  if (results.empty()) return Array<T>(shape);
  return tape_.gradients(results, std::vector{rule.dy()}, seeds)[0].value();
}

template class Forward<float>;
template class Forward<double>;

}  // namespace engram
