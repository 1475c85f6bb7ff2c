#include "engram/core/memory/initialized.hpp"

#include <algorithm>

namespace engram {

template <class T>
void Initialized::zero(const Array<T>& whole, Index begin, Index end) const {
  if (begin >= end) return;
  T* to = whole.edit_shared();
  for (Index row = 0; row < whole.size(); row += pitch_) {
    std::fill_n(to + row + begin, end - begin, T{0});
  }
}

template <class T>
void Initialized::fill(const Array<T>& whole) {
  zero(whole, 0, begin_);
  zero(whole, end_, pitch_);
  *this = all(whole.size());
}

// [begin, end) of each pitch is about to be written. What lies between it and what was written
// before becomes zeros, so that this stays one range.
template <class T>
T Initialized::cover(const Array<T>& whole, Index begin, Index end) {
  const bool first = begin_ == end_;
  const bool fresh = first || end <= begin_ || begin >= end_;
  if (first) begin_ = end_ = begin;
  zero(whole, fresh ? end : begin, begin_);
  zero(whole, end_, fresh ? begin : end);
  begin_ = std::min(begin_, begin);
  end_ = std::max(end_, end);
  return fresh ? T{0} : T{1};
}

template <class T>
T Initialized::begin(const Array<T>& whole, const Array<T>& part) {
  if (is_all()) return pitch_ == 0 ? T{0} : T{1};
  const Index first = part.data() - whole.data();
  if (!part.is_strided()) {
    if (pitch_ != whole.size()) {
      if (begin_ != end_) return fill(whole), T{1};
      pitch_ = whole.size();
    }
    return cover(whole, first, first + part.size());
  }
  const auto [pitch, run] = part.runs();
  const bool all_rows = part.size() / run * pitch == whole.size();
  if (!all_rows || (begin_ != end_ && pitch_ != pitch)) return fill(whole), T{1};
  pitch_ = pitch;
  return cover(whole, first, first + run);
}

template float Initialized::begin(const Array<float>&, const Array<float>&);
template double Initialized::begin(const Array<double>&, const Array<double>&);
template void Initialized::fill(const Array<float>&);
template void Initialized::fill(const Array<double>&);

}  // namespace engram
