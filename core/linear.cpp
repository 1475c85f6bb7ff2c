#include "engram/core/linear.hpp"

#include <algorithm>

#include "engram/core/nest.hpp"
#include "engram/core/row_blocks.hpp"

namespace engram {
namespace {

struct BroadcastTo {
  static constexpr auto name = "broadcast_to";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  Shape to;

  Shape shape(const Shape& x) const {
    if (!broadcasts_to(x, to)) {
      fail("x ", x, " does not broadcast to ", to,
           "; counted from the last, each axis of x must be 1 or equal");
    }
    return to;
  }
  template <class T>
  void forward(const Array<T>& x, Array<T>& y) const {
    spread(x, y);
  }
  template <class T>
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<T> dx) const {
    dx += dy;  // the accumulator sums over the repeated axes
  }
  template <class T>
  void backward(const Array<T>&, const Array<T>&, const Array<T>& dy, Into<T> dx) const {
    dx += dy;
  }
};

struct Accumulate {
  static constexpr auto name = "accumulate";
  static constexpr bool linear = true;
  static constexpr std::uint8_t needs = 0;
  Shape to;

  template <class T>
  Shape shape(std::span<const Var<T>> terms) const {
    for (const Var<T>& term : terms) {
      if (!broadcasts_to(to, term.shape())) {
        fail("a term of shape ", term.shape(), " does not sum to ", to);
      }
    }
    return to;
  }
  template <class T>
  void forward(std::span<const Var<T>> terms, Array<T>& y) const {
    T beta = 0;
    for (const Var<T>& term : terms) {
      add_reduced(term.value(), to, y.edit(), beta);
      beta = 1;
    }
  }
  template <class T>
  void derivative(const Call<T>& call) const {
    for (std::size_t k = 0; k < call.inputs(); ++k) {
      if (auto dx = call.into(k)) dx += broadcast_to(call.dy_var(), call.var(k).shape());
    }
  }
};

// How many of the leading axes of x are summed away on the way to `shape`.
int summed_axes(const Shape& x, const Shape& shape) {
  const int fresh = x.rank() - shape.rank();
  int k = fresh;
  while (k < x.rank() && shape[k - fresh] == 1) ++k;
  return k;
}

}  // namespace

template <class T>
Var<T> accumulate(std::span<const Var<T>> terms, const Shape& shape, Site site) {
  return record_all(Accumulate{shape}, site, terms);
}

template <class T>
Var<T> broadcast_to(const Var<T>& x, const Shape& shape, Site site) {
  return record(BroadcastTo{shape}, site, x);
}

// target += source. `__restrict`: they are different arrays, so the loop vectorises.
template <class T>
void add_to(T* __restrict target, const T* __restrict source, Index n) {
  for (Index i = 0; i < n; ++i) target[i] += source[i];
}

template <class T>
void add_reduced(const Array<T>& x, const Shape& shape, T* target, T beta) {
  const int axes = summed_axes(x.shape(), shape);
  const Index rows = x.shape().axes(0, axes).size();
  if (rows > kRowBlock && x.size() > rows) {
    const Shape row = x.shape().axes(axes, x.rank());
    const Shape to = shape.axes(shape.rank() - row.rank(), shape.rank());
    each_row_block_from_the_end(rows, [&](Index begin, Index end) {
      const Shape block = row.inserted(0, end - begin);
      add_reduced(x.window(begin * row.size(), block), to, target, beta);
      beta = 1;
    });
    return;
  }
  const T* source = x.data();
  if (x.size() == shape.size()) {
    if (beta == 0) {
      std::copy_n(source, x.size(), target);
    } else {
      add_to(target, source, x.size());
    }
    return;
  }
  if (beta == 0) std::fill_n(target, shape.size(), T{0});
  const Nest<2> nest(x.shape(), {x.shape().strides(), broadcast_strides(shape, x.shape())});
  const Index n = nest.run_length();
  const bool summed = nest.step()[1] == 0;
  nest.each([&](const std::array<Index, 2>& at) {
    const T* from = source + at[0];
    T* to = target + at[1];
    if (summed) {
      // Partial sums side by side: faster, and the rounding error grows more slowly.
      std::array<T, 16> lanes{};
      Index i = 0;
      for (; i + 16 <= n; i += 16) {
        for (Index k = 0; k < 16; ++k) lanes[static_cast<std::size_t>(k)] += from[i + k];
      }
      for (; i < n; ++i) lanes[static_cast<std::size_t>(i % 16)] += from[i];
      for (std::size_t half = 8; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
      }
      *to += lanes[0];
    } else {
      add_to(to, from, n);
    }
  });
}

template <class T>
void spread(const Array<T>& x, Array<T>& y) {
  const T* source = x.data();
  T* target = y.edit();
  const Nest<2> nest(y.shape(), {broadcast_strides(x.shape(), y.shape()), y.shape().strides()});
  const Index n = nest.run_length();
  const bool repeated = nest.step()[0] == 0;
  nest.each([&](const std::array<Index, 2>& at) {
    if (repeated) {
      std::fill_n(target + at[1], n, source[at[0]]);
    } else {
      std::copy_n(source + at[0], n, target + at[1]);
    }
  });
}

template Var<float> accumulate(std::span<const Var<float>>, const Shape&, Site);
template Var<double> accumulate(std::span<const Var<double>>, const Shape&, Site);
template Var<float> broadcast_to(const Var<float>&, const Shape&, Site);
template Var<double> broadcast_to(const Var<double>&, const Shape&, Site);
template void add_to(float*, const float*, Index);
template void add_to(double*, const double*, Index);
template void add_reduced(const Array<float>&, const Shape&, float*, float);
template void add_reduced(const Array<double>&, const Shape&, double*, double);
template void spread(const Array<float>&, Array<float>&);
template void spread(const Array<double>&, Array<double>&);

}  // namespace engram
