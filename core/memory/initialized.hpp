// Initialized: which elements of an array have values. Internal.
#pragma once

#include "engram/core/array.hpp"

namespace engram {

/// Memory that is about to be written need not be zeroed first, so it is known of an array which
/// of its elements have been: those whose offset modulo `pitch_` is in [begin_, end_).
class Initialized {
 public:
  /// Of `size` elements, all.
  static Initialized all(Index size) { return {size, size}; }
  /// None.
  static Initialized none(Index size) { return {size, 0}; }

  bool is_all() const { return end_ - begin_ == pitch_; }

  /// All elements of `part`, which lies in the memory of `whole`, are about to be written: returns
  /// 0 when none of them has a value yet, else 1, and then all of them have.
  template <class T>
  T begin(const Array<T>& whole, const Array<T>& part);
  /// Zeros where nothing has been written.
  template <class T>
  void finish(const Array<T>& whole) {
    if (!is_all()) fill(whole);
  }

 private:
  Initialized(Index pitch, Index end) : pitch_(pitch), end_(end) {}

  template <class T>
  void fill(const Array<T>& whole);
  template <class T>
  T cover(const Array<T>& whole, Index begin, Index end);
  template <class T>
  void zero(const Array<T>& whole, Index begin, Index end) const;

  Index pitch_, begin_ = 0, end_;
};

}  // namespace engram
