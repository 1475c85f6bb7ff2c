#include "engram/ops/linear_recurrence.hpp"

#include "engram/core/record.hpp"
#include "engram/ops/arithmetic.hpp"
#include "engram/ops/broadcast_to.hpp"
#include "engram/ops/scan_kernels.hpp"
#include "engram/ops/slice.hpp"

namespace engram {
namespace {

// Each entry of x in the place after its own, or with `back` before it; 0 comes in.
template <class T>
Var<T> moved(const Var<T>& x, int axis, bool back) {
  const Index n = x.extent(axis);
  return back ? pad(slice(x, axis, 1, n), axis, 0, n) : pad(slice(x, axis, 0, n - 1), axis, 1, n);
}

struct LinearRecurrence {
  static constexpr auto name = "linear_recurrence";
  static constexpr std::uint8_t needs = needs_input(0) | kNeedsResult;
  int axis;
  bool reverse;

  Shape shape(const Shape& a, const Shape&) const { return a; }  // broadcast before
  template <class T>
  void forward(const Array<T>& a, const Array<T>& b, Array<T>& h) const {
    const T *as = a.data(), *bs = b.data();
    T* to = h.edit();
    kernels::scan(h.shape(), axis, reverse, [=](Index t, Index before) {
      to[t] = before < 0 ? bs[t] : as[t] * to[before] + bs[t];
    });
  }
  template <class T>
  void derivative(Var<T> a, Var<T>, Var<T> h, Var<T> dh, Into<T> da, Into<T> db) const {
    if (h.size() == 0) return;
    const Var<T> g = linear_recurrence(moved(a, axis, !reverse), dh, axis, !reverse);
    db += g;
    if (da) da += g * moved(h, axis, reverse);
  }
};

}  // namespace

template <class T>
Var<T> linear_recurrence(const Var<T>& a, const Var<T>& b, int axis, bool reverse, Site site) {
  return within("linear_recurrence", site, [&] {
    const Shape shape = broadcast(a.shape(), b.shape());
    const auto whole = [&](const Var<T>& x) {
      return x.shape() == shape ? x : broadcast_to(x, shape, site);
    };
    return record(LinearRecurrence{shape.axis(axis), reverse}, site, whole(a), whole(b));
  });
}

template Var<float> linear_recurrence(const Var<float>&, const Var<float>&, int, bool, Site);
template Var<double> linear_recurrence(const Var<double>&, const Var<double>&, int, bool, Site);

}  // namespace engram
