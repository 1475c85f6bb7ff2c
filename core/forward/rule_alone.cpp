#include "engram/core/forward/rule_alone.hpp"

#include <algorithm>

namespace engram {

template <class T>
RuleAlone<T>::RuleAlone(Tape<T>& tape, Id id, Array<T> dy, const Varies& varies) {
  const Node<T>& node = tape.node(id);
  const auto inputs = tape.inputs(node);
  inputs_.assign(inputs.begin(), inputs.end());  // the tape's own list moves
  for (const Id input : inputs_) xs_.push_back(tape.stand_in(input, varies.input(input)));
  y_ = tape.stand_in(id, varies.y);
  dy_ =
      varies.dy ? tape.variable(std::move(dy), node.site) : tape.constant(std::move(dy), node.site);
  node.operation->derivative({tape, id, *this, y_, dy_, xs_});
}

template <class T>
void RuleAlone<T>::add(Id id, const Var<T>& dx) {
  const auto at =
      std::find_if(xs_.begin(), xs_.end(), [&](const Var<T>& x) { return x.id() == id; });
  contributions_.push_back({static_cast<std::size_t>(at - xs_.begin()), dx});
}

template class RuleAlone<float>;
template class RuleAlone<double>;

}  // namespace engram
