#include "engram/core/operation/accumulate.hpp"

#include "engram/core/loops/broadcast.hpp"

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
  void derivative(Var<T>, Var<T>, Var<T> dy, Into<Var<T>> dx) const {
    dx += dy;  // the accumulator sums over the repeated axes
  }
  template <class T>
  void backward(const Array<T>&, const Array<T>&, const Array<T>& dy, Into<Array<T>> dx) const {
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
  void derivative(const Call<Var<T>>& call) const {
    for (std::size_t k = 0; k < call.inputs(); ++k) {
      if (auto dx = call.into(k)) dx += broadcast_to(call.dy, call.x(k).shape());
    }
  }
};

}  // namespace

template <class T>
Var<T> accumulate(std::span<const Var<T>> terms, const Shape& shape, Site site) {
  return record_all(Accumulate{shape}, site, terms);
}

template <class T>
Var<T> broadcast_to(const Var<T>& x, const Shape& shape, Site site) {
  return record(BroadcastTo{shape}, site, x);
}

template Var<float> accumulate(std::span<const Var<float>>, const Shape&, Site);
template Var<double> accumulate(std::span<const Var<double>>, const Shape&, Site);
template Var<float> broadcast_to(const Var<float>&, const Shape&, Site);
template Var<double> broadcast_to(const Var<double>&, const Shape&, Site);

}  // namespace engram
