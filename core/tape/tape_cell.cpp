#include "engram/core/tape/tape_cell.hpp"

#include <mutex>

namespace engram {
namespace {

// The cells that serve no tape.
template <class T>
struct Free {
  std::mutex mutex;
  TapeCell<T>* first = nullptr;

  static Free& list() {
    static Free& list = *new Free;  // tapes in static storage may outlive any static list
    return list;
  }
};

}  // namespace

template <class T>
TapeCell<T>& TapeCell<T>::take(Tape<T>& tape) {
  Free<T>& free = Free<T>::list();
  const std::lock_guard lock(free.mutex);
  TapeCell* cell = free.first;
  if (cell) {
    free.first = cell->next_;
  } else {
    cell = new TapeCell;
  }
  cell->tape_.store(&tape, std::memory_order_relaxed);
  return *cell;
}

template <class T>
void TapeCell<T>::give_back() {
  Free<T>& free = Free<T>::list();
  const std::lock_guard lock(free.mutex);
  next_generation();
  tape_.store(nullptr, std::memory_order_relaxed);
  next_ = free.first;
  free.first = this;
}

template class TapeCell<float>;
template class TapeCell<double>;

}  // namespace engram
