#include "engram/ops/sequences/linear_recurrence.hpp"

#include "engram/core/record.hpp"
#include "engram/core/within.hpp"
#include "engram/ops/elementwise/arithmetic.hpp"
#include "engram/ops/elementwise/chain_rule.hpp"
#include "engram/ops/reductions/scan_kernels.hpp"
#include "engram/ops/shapes/broadcast_to.hpp"
#include "engram/ops/shapes/slice.hpp"

namespace engram {
namespace {

// All entries of x but the first, or but the last.
template <class T>
Var<T> without(const Var<T>& x, int axis, bool first) {
  const Index n = x.extent(axis);
  return first ? slice(x, axis, 1, n) : slice(x, axis, 0, n - 1);
}
// x with a 0 as its first entry, or as its last.
template <class T>
Var<T> with_zero(const Var<T>& x, int axis, bool first) {
  return pad_to(x, axis, first ? 1 : 0, x.extent(axis) + 1);
}

struct LinearRecurrence {
  static constexpr auto name = "linear_recurrence";
  static constexpr std::uint8_t needs = needs_input(0) | kNeedsResult;
  int axis;
  bool reverse;
  bool strong = false;  // whether a state of 0 stays 0 whatever a

  Shape shape(const Shape& a, const Shape&) const { return a; }  // broadcast before
  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, Array<T>& h) const {
    // -0 is what the first step finds, so that h = b there whatever a.
    struct State {
      double h = 0;
      bool begun = false;
    };
    const auto step = [strong = strong](State& state, T factor, T added) {
      const bool keeps = state.begun && !(strong && state.h == 0);
      const double kept = keeps ? static_cast<double>(factor) * state.h : 0;
      state = {kept + static_cast<double>(added), true};
      return state.h;
    };
    kernels::scan_with(a, axis, reverse, h, State(), step, b);
  }
  template <class T>
  void derivative(Var<T> a, Var<T>, Var<T> h, Var<T> dh, Into<Var<T>> da, Into<Var<T>> db) const {
    if (h.size() == 0) return;
    const bool forwards = !reverse;
    const Var<T> next = with_zero(without(a, axis, forwards), axis, reverse);
    const Var<T> g = kernels::strong_recurrence(next, dh, axis, forwards);
    db += g;
    if (!da) return;
    // The a that has no influence gets 0, not 0 times what may be infinite.
    const Var<T> u = without(g, axis, forwards), before = without(h, axis, reverse);
    const Var<T> d = strong ? kernels::chain(u, StrongZero(before)) : kernels::chain(u, before);
    da += with_zero(d, axis, forwards);
  }
};

}  // namespace

template <class T>
Var<T> kernels::strong_recurrence(const Var<T>& a, const Var<T>& b, int axis, bool reverse) {
  return record(LinearRecurrence{axis, reverse, true}, Site::current(), a, b);
}

template <class T>
Var<T> linear_recurrence(const Var<T>& a, const Var<T>& b, int axis, bool reverse, Site site) {
  return within("linear_recurrence", a, site, [&] {
    const Shape shape = broadcast(a.shape(), b.shape());
    const auto whole = [&](const Var<T>& x) {
      return x.shape() == shape ? x : broadcast_to(x, shape);
    };
    return record(LinearRecurrence{shape.axis(axis), reverse}, site, whole(a), whole(b));
  });
}

template Var<float> kernels::strong_recurrence(const Var<float>&, const Var<float>&, int, bool);
template Var<double> kernels::strong_recurrence(const Var<double>&, const Var<double>&, int, bool);
template Var<float> linear_recurrence(const Var<float>&, const Var<float>&, int, bool, Site);
template Var<double> linear_recurrence(const Var<double>&, const Var<double>&, int, bool, Site);

}  // namespace engram
