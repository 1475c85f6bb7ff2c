// each_run: a gradient as runs of numbers, whether it is dense or lists rows.
#pragma once

#include <algorithm>
#include <array>

#include "engram/core/gradients.hpp"
#include "engram/optim/no_subnormals.hpp"

namespace engram::optim {

/// Calls `run(offset, g, count)` for the runs of a gradient that are stored: g[i] is the derivative
/// by element offset + i. Elements in between have derivative 0. The runs of a dense gradient are
/// shared out among `workers`, if there are any; rows come in their order. `run` computes without
/// subnormal numbers.
template <class T, class Run>
void each_stored_run(const Gradient<T>& gradient, const Workers* workers, Run&& run) {
  const T* g = gradient.values().data();
  if (!gradient.is_sparse()) {
    return each_block(workers, gradient.values().size(), [&](Index begin, Index end) {
      const NoSubnormals none;
      run(begin, g + begin, end - begin);
    });
  }
  const NoSubnormals none;
  const Index rows = gradient.rows().size();
  if (rows == 0) return;
  const Index width = gradient.values().size() / rows;
  for (Index i = 0; i < rows; ++i) run(gradient.rows()[i] * width, g + i * width, width);
}

/// The same for all elements: zeros are put in for rows that are not listed. With `only_stored`
/// these rows stay out, and the cost does not grow with their number.
template <class T, class Run>
void each_run(const Gradient<T>& gradient, bool only_stored, const Workers* workers, Run&& run) {
  if (only_stored || !gradient.is_sparse()) return each_stored_run(gradient, workers, run);
  static constexpr std::array<T, 1024> kZeros{};
  const NoSubnormals none;
  Index at = 0;
  const auto zeros_to = [&](Index end) {
    while (at < end) {
      const Index count = (std::min)(end - at, static_cast<Index>(kZeros.size()));
      run(at, kZeros.data(), count);
      at += count;
    }
  };
  each_stored_run(gradient, nullptr, [&](Index offset, const T* g, Index count) {
    zeros_to(offset);
    run(offset, g, count);
    at = offset + count;
  });
  zeros_to(gradient.shape().size());
}

}  // namespace engram::optim
