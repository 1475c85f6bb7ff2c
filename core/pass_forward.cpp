// Forward mode: the tangents of what a tape holds, from its begin to its end.
#include <algorithm>

#include "engram/core/linear.hpp"
#include "engram/core/pass.hpp"

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
void Pass<T>::begin_forward(Vars targets, Vars directions) {
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
void Pass<T>::forward(Id begin, Id end, Keep keep) {
  last_use_.assign(end, 0);
  for (Id id = begin; id < end; ++id) {
    for (const Id input : tape_.inputs(tape_.nodes_[id])) last_use_[input] = id;
  }
  for (Id id = begin; id < end; ++id) {
    const Node<T>& node = tape_.nodes_[id];
    if (!any_moves(tape_.inputs(node))) continue;
    if (!tangents_.find(id)) forward_step(id);  // a target's own stays
    for (const Id input : tape_.inputs(node)) {
      const bool is_read = keep == Keep::needed && tape_.nodes_[input].is_needed;
      if (last_use_[input] == id && !is_read && !is_kept(input)) tangents_.drop(input);
    }
  }
}

template <class T>
void Pass<T>::forward_step(Id id) {
  Span span(tape_.track());
  const Node<T>& node = tape_.nodes_[id];
  try {
    if (!node.operation->tangent({*this, id})) tangents_.set(id, tangent_by_rule(id));
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (forward mode)", error, node.site);
  }
  if (span) finish(id, Direction::forward, span);
}

template <class T>
void Pass<T>::with_tangents(const Call<T>& call,
                            const std::function<void(std::span<const Var<T>>)>& f) {
  const auto mark = tape_.mark();
  std::vector<Var<T>> xs;
  for (std::size_t k = 0; k < call.inputs(); ++k) {
    const Array<T>* x = call.tangent(k);
    xs.push_back(tape_.constant(x ? *x : Array<T>(call.unread(k).shape())));
  }
  f(xs);
  tape_.rewind(mark);
}

// A leaf with the value of a node, if that is there.
template <class T>
Var<T> Pass<T>::stand_in(Id id, bool varies) {
  const Node<T>& node = tape_.nodes_[id];
  const bool is_gone = node.is_gone;
  const Var<T> out = tape_.leaf(is_gone ? Array<T>::gone(node.value.shape()) : node.value,
                                varies ? Kind::variable : Kind::constant, node.site);
  tape_.nodes_[out.id()].is_gone = is_gone;
  return out;
}

// Records the derivative rule of an operation for an upstream gradient dy.
template <class T>
typename Pass<T>::Alone Pass<T>::record_alone(Id id, Array<T> dy, bool varies_dy) {
  const Node<T>& node = tape_.nodes_[id];
  Alone alone;
  for (const Id input : tape_.inputs(node)) {
    alone.x.push_back(stand_in(input, wanted(input) || tangents_.find(input)));
  }
  alone.y = stand_in(id, tangents_.find(id));
  alone.dy = tape_.leaf(std::move(dy), varies_dy ? Kind::variable : Kind::constant, node.site);
  struct Restore {
    Alone*& at;
    Alone* before;
    ~Restore() { at = before; }
  } const restore{alone_, std::exchange(alone_, &alone)};
  node.operation->derivative({*this, id});
  for (auto& [input, dx] : alone.dx) {  // from the stand-in's number to the input's place
    const auto at = std::find_if(alone.x.begin(), alone.x.end(),
                                 [&](const Var<T>& x) { return x.id() == input; });
    input = static_cast<Id>(at - alone.x.begin());
  }
  return alone;
}

// The rule is dx = Jᵀ dy. It is linear in dy, and the gradient of <Jᵀ dy, ẋ> by dy is J ẋ.
template <class T>
Array<T> Pass<T>::tangent_by_rule(Id id) {
  const auto mark = tape_.mark();
  const RecordIf<T> recording(tape_, true);
  const Shape shape = tape_.nodes_[id].value.shape();
  const std::vector<Id> inputs = inputs_of(id);
  const Alone alone = record_alone(id, Array<T>(shape), true);
  std::vector<Var<T>> results, seeds;
  for (const auto& [input, dx] : alone.dx) {
    const Array<T>* tangent = tangents_.find_dense(inputs[input]);
    if (!tangent || !tape_.node(dx).needs_gradient) continue;
    results.push_back(dx);
    seeds.push_back(tape_.constant(spread_to(*tangent, dx.shape())));
  }
  Array<T> out = results.empty()
                     ? Array<T>(shape)
                     : tape_.gradients(results, std::vector{alone.dy}, seeds)[0].value();
  tape_.rewind(mark);
  return out;
}

template <class T>
std::vector<Var<T>> Pass<T>::along(Vars ys, Vars targets, Vars directions) {
  refuse_edited();
  find_path(targets, "tangents");
  clear();
  begin_forward(targets, directions);
  Id end = 0;
  for (const Var<T>& y : ys) {
    static_cast<void>(tape_.node(y));  // throws for one that is not on the tape
    end = std::max(end, y.id() + 1);
    is_target_[y.id()] = 1;
  }
  {
    const RecordIf<T> recording(tape_, false);
    forward(0, end, Keep::results);
  }
  std::vector<Var<T>> out;
  for (const Var<T>& y : ys) {
    const Array<T>* tangent = tangents_.find_dense(y.id());
    out.push_back(tape_.constant(tangent ? *tangent : Array<T>(y.shape())));
  }
  clear();
  return out;
}

template void Pass<float>::with_tangents(const Call<float>&,
                                         const std::function<void(std::span<const Var<float>>)>&);
template std::vector<Var<float>> Pass<float>::along(Vars, Vars, Vars);
template void Pass<float>::begin_forward(Vars, Vars);
template void Pass<float>::forward(Id, Id, Keep);
template Pass<float>::Alone Pass<float>::record_alone(Id, Array<float>, bool);
template void Pass<double>::with_tangents(const Call<double>&,
                                          const std::function<void(std::span<const Var<double>>)>&);
template std::vector<Var<double>> Pass<double>::along(Vars, Vars, Vars);
template void Pass<double>::begin_forward(Vars, Vars);
template void Pass<double>::forward(Id, Id, Keep);
template Pass<double>::Alone Pass<double>::record_alone(Id, Array<double>, bool);

}  // namespace engram
