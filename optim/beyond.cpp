#include "engram/optim/beyond.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace engram::optim {
namespace {

// The greatest magnitude, where NaN is greater than infinity: as whole numbers, bits without the
// sign are in the order of the magnitudes, and their maximum vectorises.
template <class T>
T greatest(const T* from, Index n) {
  using Bits = std::conditional_t<sizeof(T) == sizeof(float), std::int32_t, std::int64_t>;
  const auto take = [](Bits& most, T x) {
    most = std::max(most, std::bit_cast<Bits>(x) & std::numeric_limits<Bits>::max());
  };
  constexpr Index kLanes = 64;
  std::array<Bits, kLanes> lanes{};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (Index k = 0; k < kLanes; ++k) take(lanes[static_cast<std::size_t>(k)], from[i + k]);
  }
  for (; i < n; ++i) take(lanes[0], from[i]);
  return std::bit_cast<T>(*std::max_element(lanes.begin(), lanes.end()));
}

// The coordinates in the parameter of the stored element `at`.
template <class T>
std::string coordinates(const Gradient<T>& gradient, Index at) {
  const Shape& shape = gradient.shape();
  if (gradient.is_sparse()) {
    const Index width = shape.without(0).size();
    at = gradient.rows()[at / width] * width + at % width;
  }
  std::string out;
  for (int k = 0; k < shape.rank(); ++k) {
    const Index stride = shape.strides()[static_cast<std::size_t>(k)];
    out += text(k == 0 ? "" : ",", at / stride);
    at %= stride;
  }
  return "[" + out + "]";
}

}  // namespace

template <class T>
bool any_beyond(const Gradient<T>& gradient, T limit, const Workers* workers) {
  const Array<T>& values = gradient.values();
  std::atomic<bool> any = false;
  each_block(workers, values.size(), [&](Index begin, Index end) {
    if (!(greatest(values.data() + begin, end - begin) <= limit)) any = true;
  });
  return any;
}

template <class T>
void refuse_beyond(const std::string& of_what, const Gradient<T>& gradient, T limit) {
  const Array<T>& values = gradient.values();
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](T value) { return !(std::abs(value) <= limit); });
  const std::string where =
      text(of_what, " is ", *found, " at ", coordinates(gradient, found - values.begin()));
  if (std::isfinite(*found)) {
    fail(where, ", beyond ", limit,
         ", where a step in this precision would overflow; "
         "skip the step, or clip the gradients before (clip_global_norm)");
  }
  fail(where, "; skip the step, and look for an overflow (too high a learning rate), x/0 or log 0");
}

template bool any_beyond(const Gradient<float>&, float, const Workers*);
template bool any_beyond(const Gradient<double>&, double, const Workers*);
template void refuse_beyond(const std::string&, const Gradient<float>&, float);
template void refuse_beyond(const std::string&, const Gradient<double>&, double);

}  // namespace engram::optim
