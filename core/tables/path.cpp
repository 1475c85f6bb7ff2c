#include "engram/core/tables/path.hpp"

#include <algorithm>

namespace engram {

template <class T>
void Path<T>::open() {
  on_path_.clear();
  is_asked_for_.clear();
}

template <class T>
void Path<T>::find(std::span<const Var<T>> targets, const char* what) {
  is_asked_for_.clear();
  on_path_.assign(tape_.size(), 0);
  for (const Var<T>& target : targets) {
    const Node<T>& node = tape_.node(target);
    if (!node.needs_gradient) {
      throw located(what,
                    Error(text("a target of shape ", target.shape(),
                               " is a constant: make it a variable, or a parameter that is read")),
                    node.site);
    }
    on_path_[target.id()] = 1;
    ask_for(target.id());
  }
  extend(0);
}

template <class T>
void Path<T>::extend(std::size_t begin) {
  if (on_path_.empty()) return;
  on_path_.resize(tape_.size());
  for (auto id = static_cast<Id>(begin); id < on_path_.size(); ++id) {
    for (const Id input : tape_.inputs(tape_.node(id))) on_path_[id] |= on_path_[input];
  }
}

template <class T>
void Path<T>::shrink(std::size_t count) {
  if (!on_path_.empty()) on_path_.resize(count);
}

template <class T>
void Path<T>::ask_for(Id id) {
  if (id >= is_asked_for_.size()) is_asked_for_.resize(std::size_t{id} + 1);
  is_asked_for_[id] = 1;
}

template class Path<float>;
template class Path<double>;

}  // namespace engram
