// Moving a block of an array to or from a larger one, for the ops that cut and join.
#pragma once

#include <algorithm>
#include <cmath>

#include "engram/core/array.hpp"

namespace engram::kernels {

/// How many of n parts to cut from one slice when a value is taken apart in two steps: √n, so that
/// recorded derivatives, in which each part is padded to what it is cut from, take n^1.5 and not n²
/// memory.
inline Index parts_at_once(Index n) {
  return static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(n))));
}

/// Where the part of an axis lies in memory: `count` runs of `length` elements, each in a row of
/// `stride` of the whole, from `offset` on.
struct Part {
  Index count, length, stride, offset;

  Part(const Shape& whole, int axis, Index begin, Index end) {
    const Index inner = whole.axes(axis + 1, whole.rank()).size();
    count = whole.axes(0, axis).size();
    length = (end - begin) * inner;
    stride = whole[axis] * inner;
    offset = begin * inner;
  }
};

/// part = whole there.
template <class T>
void copy_out(const Part& at, const T* whole, T* part) {
  for (Index i = 0; i < at.count; ++i) {
    std::copy_n(whole + at.offset + i * at.stride, at.length, part + i * at.length);
  }
}

/// whole there = part.
template <class T>
void copy_in(const Part& at, const T* part, T* whole) {
  for (Index i = 0; i < at.count; ++i) {
    std::copy_n(part + i * at.length, at.length, whole + at.offset + i * at.stride);
  }
}

/// whole there += part.
template <class T>
void add_in(const Part& at, const T* part, T* whole) {
  for (Index i = 0; i < at.count; ++i) {
    const T* from = part + i * at.length;
    T* to = whole + at.offset + i * at.stride;
    for (Index k = 0; k < at.length; ++k) to[k] += from[k];
  }
}

/// part += whole there (beta 1), or = (beta 0).
template <class T>
void add_out(const Part& at, const T* whole, T* part, T beta) {
  if (beta == 0) return copy_out(at, whole, part);
  for (Index i = 0; i < at.count; ++i) {
    const T* from = whole + at.offset + i * at.stride;
    T* to = part + i * at.length;
    for (Index k = 0; k < at.length; ++k) to[k] += from[k];
  }
}

}  // namespace engram::kernels
