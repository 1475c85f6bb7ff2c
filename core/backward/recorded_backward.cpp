#include "engram/core/backward/recorded_backward.hpp"

#include <array>

#include "engram/core/operation/accumulate.hpp"
#include "engram/core/operation/observed.hpp"
#include "engram/core/operation/scratch.hpp"

namespace engram {

template <class T>
void RecordedBackward<T>::run(Id last) {
  const RecordIf<T> recording(tape_, true);
  for (Id id = last + 1; id-- > 0;) {
    if (has(id) && tape_.node(id).kind == Kind::operation && wants(id)) step(id);
  }
}

template <class T>
void RecordedBackward<T>::step(Id id) {
  Observed<T> observed(tape_);
  const Node<T>& node = tape_.node(id);
  const Inherit<T> inherit(tape_, &node.site);
  try {
    node.operation->derivative({tape_, id, *this, tape_.var(id), gradient(id)});
  } catch (const Error& error) {
    throw relocated(node.operation->name() + " (backward)", error, node.site);
  }
  observed.done(id, Direction::backward);
}

template <class T>
void RecordedBackward<T>::add(Id id, const Var<T>& dx) {
  const Shape shape = tape_.node(id).value.shape();
  if (has(id)) {
    const std::array<Var<T>, 2> terms{gradient(id), dx};
    gradients_[id] = accumulate(std::span<const Var<T>>(terms), shape).id();
  } else if (dx.shape() == shape) {
    gradients_[id] = dx.id();
  } else {
    gradients_[id] = accumulate(std::span<const Var<T>>(&dx, 1), shape).id();
  }
}

template class RecordedBackward<float>;
template class RecordedBackward<double>;

}  // namespace engram
