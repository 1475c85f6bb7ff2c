#include "engram/core/backward/backward.hpp"

#include "engram/core/operation/observed.hpp"
#include "engram/core/operation/scratch.hpp"

namespace engram {

template <class T>
bool Backward<T>::is_reached(Id id) const {
  return table_.has(id) && tape_.node(id).kind == Kind::operation && wants(id);
}

template <class T>
void Backward<T>::run(Id last) {
  const NoRecord<T> off(tape_);
  typename PackedWeights<T>::WalkBack products(tape_.packed_weights());
  for (Id id = last + 1; id-- > 0;) {
    if (is_reached(id)) step(id);
    products.at(id, [&](Id leaf) { table_.add_up(leaf); });
  }
}

template <class T>
void Backward<T>::step(Id id) {
  Observed<T> observed(tape_);
  const Node<T>& node = tape_.node(id);
  const Inherit<T> inherit(tape_, &node.site);
  try {
    table_.finished(id);
    if (!table_.is_in_place(id)) {
      differentiate(id);
      observed.added(table_, id);
    }
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (backward)", error, node.site);
  }
  observed.done(id, Direction::backward);
  table_.release(id);  // consumed: its memory serves the next one
}

template <class T>
void Backward<T>::differentiate(Id id) {
  if (rules_only_ || !tape_.node(id).operation->backward({numbers_, id})) by_rule(id);
}

template <class T>
void Backward<T>::by_rule(Id id) {
  const Node<T>& node = tape_.node(id);
  const Scratch<T> scratch(tape_);
  const Var<T> dy = tape_.constant(table_[id], node.site);
  node.operation->derivative({tape_, id, *this, tape_.var(id), dy});
}

template <class T>
void Backward<T>::replay(Id id, const std::function<Var<T>(std::span<const Var<T>>)>& f) {
  const Array<T> dy = table_[id];
  struct Forget {
    Backward& pass;
    Scratch<T> scratch;
    Inherit<T> inherit;
    ~Forget() {
      pass.table_.resize(scratch.begin());
      pass.table_.path().shrink(scratch.begin());
    }
  } const forget{*this, Scratch<T>(tape_), Inherit<T>(tape_, nullptr)};
  const Id begin = forget.scratch.begin();
  std::vector<Var<T>> xs;
  for (const Id input : tape_.inputs(tape_.node(id))) xs.push_back(tape_.var(input));
  Var<T> y;
  {
    const RecordIf<T> recording(tape_, true);
    y = f(xs);
  }
  table_.path().extend(begin);
  table_.resize(tape_.size());
  if (!wants(y.id())) return;
  table_.add(y.id(), dy);
  for (auto at = static_cast<Id>(tape_.size()); at-- > begin;) {
    if (is_reached(at)) step(at);
  }
  for (const Var<T>& x : xs) {
    if (tape_.node(x).kind != Kind::operation) table_.add_up(x.id());
  }
}

template class Backward<float>;
template class Backward<double>;

}  // namespace engram
