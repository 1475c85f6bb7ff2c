// TapeCell: where the handles of a tape's values find it, for as long as it is there. Internal.
#pragma once

#include <atomic>
#include <cstdint>

namespace engram {

template <class T>
class Tape;

/// What a `Var` points to. It outlives its tape: memory of cells is never given back, so that a
/// `Var` can always ask. The cell of a tape that is gone serves one that is made later, and its
/// generations go on: no old `Var` ever fits again.
template <class T>
class TapeCell {
 public:
  /// A cell for `tape`, whose generation no `Var` has. May be called by any thread.
  static TapeCell& take(Tape<T>& tape);
  /// The tape is gone.
  void give_back();

  /// The cell of a `Var` that was never given a value.
  static TapeCell& none() { return none_; }

  std::uint32_t generation() const { return generation_.load(std::memory_order_relaxed); }
  /// Null when it is gone.
  Tape<T>* tape() const { return tape_.load(std::memory_order_relaxed); }
  /// From here on, what was handed out before is stale. 0 is the generation of no value.
  void next_generation() {
    const std::uint32_t next = generation() + 1;
    generation_.store(next == 0 ? 1 : next, std::memory_order_relaxed);
  }

 private:
  static TapeCell none_;

  std::atomic<Tape<T>*> tape_{nullptr};
  std::atomic<std::uint32_t> generation_{1};
  TapeCell* next_ = nullptr;  ///< among those that serve no tape
};

template <class T>
inline constinit TapeCell<T> TapeCell<T>::none_{};

extern template class TapeCell<float>;
extern template class TapeCell<double>;

}  // namespace engram
